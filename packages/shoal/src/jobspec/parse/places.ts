import type { Range } from '@shoal/hcl';
import type { Path } from '../validate/findings.ts';

/** Where a block stands in a job file, and those of its arguments that are set there, by their names in the API. */
type Origin = { readonly block: Range; readonly fields: Readonly<Record<string, Range>> };

/** Of each block that was read. Blocks keep their identity while a job file is read. */
export type Origins = WeakMap<object, Origin>;

/** The place in the job file of what `path` leads to, or of the nearest thing around it that the file has. */
export function placeIn(job: object, path: Path, origins: Origins): Range | undefined {
  let part: unknown = job;
  let place = origins.get(job)?.block;
  for (const step of path) {
    if (typeof part !== 'object' || part === null) break;
    const field = origins.get(part)?.fields[step];
    part = (part as Record<string | number, unknown>)[step];
    const inner = typeof part === 'object' && part !== null ? origins.get(part)?.block : undefined;
    place = field ?? inner ?? place;
  }
  return place;
}
