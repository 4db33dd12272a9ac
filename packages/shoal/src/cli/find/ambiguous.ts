import { CommandError } from '../errors.ts';
import type { Io } from '../io.ts';
import { table } from '../output/table.ts';

export type Listing = { readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] };

/** Nothing, or more than one thing, begins with what was given. */
export function notOne(what: string, given: string, found: Listing, io: Io): CommandError {
  if (found.rows.length === 0) return new CommandError(`No ${what}(s) with prefix or id "${given}" found`);
  const list = table(io.paintErr, found.headings, found.rows);
  return new CommandError(`"${given}" is the beginning of more than one ${what}:\n\n${list}`.trimEnd());
}
