import { CommandError, UsageError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { SpecFormat } from '../plain-spec.ts';
import { readText } from '../read-text.ts';
import { EMPTY, formatOf, readSpec, type Spec } from './spec.ts';

/** A variable as the command line describes it. */
export type Described = {
  readonly namespace: string | undefined;
  readonly path: string;
  readonly items: Readonly<Record<string, string>>;
  readonly modifyIndex: number;
};

type Input = { readonly io: Io; readonly format: SpecFormat };

/**
 * `[PATH] [@FILE|-] [KEY=VALUE…]`: a path, a specification, or both, and items that count more than the specification's. A value may be `@FILE` or `-`
 * itself: then it is the content as it stands.
 */
export async function describedVariable(args: readonly string[], { io, format }: Input): Promise<Described> {
  const [first = '', ...others] = args;
  const input = once(io);
  const isSpec = (word: string | undefined): word is string => word === '-' || word?.startsWith('@') === true;
  const given = isSpec(first) ? first : isSpec(others[0]) ? others.shift() : undefined;
  const spec = given === undefined ? EMPTY : await specOf(given, { io, format, input });
  const path = isSpec(first) ? spec.path : first;
  if (path === undefined || path === '')
    throw new UsageError('there is no path: name it before the specification, or as "path" in it');
  const items = new Map(Object.entries(spec.items));
  for (const word of others) {
    const at = word.indexOf('=');
    if (at < 0) throw new UsageError(`"${word}" is no item: write KEY=VALUE`);
    items.set(word.slice(0, at), await contentOf(word.slice(at + 1), input));
  }
  return { namespace: spec.namespace, path, items: Object.fromEntries(items), modifyIndex: spec.modifyIndex };
}

/** A specification from `@FILE` or, for `-`, from the standard input. */
export async function specOf(
  word: string,
  { io, format, input = once(io) }: Input & { input?: () => Promise<Buffer> },
): Promise<Spec> {
  if (word === '-') return readSpec((await input()).toString('utf8'), 'stdin', format, io);
  const file = word.slice(1);
  return readSpec(await readText(file), file, formatOf(file, format), io);
}

async function contentOf(given: string, input: () => Promise<Buffer>): Promise<string> {
  if (given === '-') return (await input()).toString('utf8');
  return given.startsWith('@') ? readText(given.slice(1)) : given;
}

function once(io: Io): () => Promise<Buffer> {
  let taken = false;
  return () => {
    if (taken) throw new CommandError('the standard input can be used once only');
    taken = true;
    return io.input();
  };
}
