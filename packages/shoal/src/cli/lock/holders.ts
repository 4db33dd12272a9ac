import type { KVPair } from '@shoal/api';
import { CommandError } from '../errors.ts';

/** Ids of sessions. */
export type Holders = readonly string[];

/** What a semaphore's key says: `{"Limit":2,"Holders":{"SESSION":true}}`, with a list of sessions in older descriptions. Throws CommandError. */
export function holdersOf({ Key, Value }: Pick<KVPair, 'Key' | 'Value'>): { limit: number; holders: Holders } {
  const text = Buffer.from(Value ?? '', 'base64').toString();
  try {
    const { Limit, Holders: held } = JSON.parse(text) as { Limit: number; Holders: unknown };
    if (Number.isInteger(Limit)) return { limit: Limit, holders: listed(held) };
  } catch {
    // Told below.
  }
  throw new CommandError(`The key ${Key} is no semaphore: it is used for something else`);
}

function listed(held: unknown): Holders {
  if (Array.isArray(held)) return held.map(String);
  return Object.entries(held ?? {}).flatMap(([session, holds]) => (holds === true ? [session] : []));
}

export function holdersText(limit: number, holders: Holders): string {
  return JSON.stringify({ Limit: limit, Holders: Object.fromEntries(holders.map((session) => [session, true])) });
}
