import type { ListOptions } from '@shoal/api';
import type { FlagSpecs, FlagValues } from '../flags.ts';
import type { Io } from '../io.ts';

export const FILTER_FLAG = {
  filter: {
    kind: 'text',
    value: 'EXPRESSION',
    help: 'Only those of which it is true, such as \'Status == "running"\'',
  },
} as const satisfies FlagSpecs;

/** What commands take that show a long list in pages. */
export const PAGE_FLAGS = {
  ...FILTER_FLAG,
  'per-page': { kind: 'number', help: 'How many at once' },
  'page-token': { kind: 'text', value: 'TOKEN', help: 'Where the page begins; the page before tells it' },
} as const satisfies FlagSpecs;

export function pageAsked(flags: FlagValues<typeof PAGE_FLAGS>): ListOptions {
  const { filter, 'per-page': perPage, 'page-token': nextToken } = flags;
  return {
    ...(filter !== undefined && { filter }),
    ...(perPage !== undefined && { perPage }),
    ...(nextToken !== undefined && { nextToken }),
  };
}

/** Says how the next page is asked for; beside the list, which a program may read. */
export function tellNextPage({ nextToken }: { nextToken: string | undefined }, io: Io): void {
  if (nextToken !== undefined) io.err(`${io.paintErr.dim(`There are more: -page-token=${nextToken}`)}\n`);
}
