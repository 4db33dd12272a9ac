import type { Answer } from '@shoal/api';
import type { Io } from '../io.ts';
import { type Listing, notOne } from './ambiguous.ts';

/** What is found by the beginning of its UUID. */
export type Kind<T extends { ID: string }> = {
  /** In the singular, as messages say it. */
  readonly what: string;
  readonly list: (prefix: string) => Promise<Answer<T[]>>;
  readonly show: (found: readonly T[]) => Listing;
};

/** The one object whose id begins so. Throws CommandError with what there is. */
export async function findById<T extends { ID: string }>(kind: Kind<T>, given: string, io: Io): Promise<T> {
  const found = await matching(kind, given);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw notOne(kind.what, given, kind.show(found), io);
}

/** All objects whose id begins so; none for what cannot be the beginning of a UUID. */
export async function matching<T extends { ID: string }>(kind: Kind<T>, given: string): Promise<T[]> {
  const prefix = given.toLowerCase();
  if (!/^[0-9a-f-]{1,36}$/.test(prefix)) return [];
  const { value } = await kind.list(evenPrefix(prefix));
  return value.filter(({ ID }) => ID.startsWith(prefix));
}

/** The API takes an even number of hex digits: the rest is compared here. */
function evenPrefix(prefix: string): string {
  const digits = prefix.replaceAll('-', '').length;
  const cut = prefix.replace(/-$/, '');
  return digits % 2 === 0 ? cut : cut.slice(0, -1).replace(/-$/, '');
}
