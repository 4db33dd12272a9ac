import type { Need } from '../lmdb/room.ts';
import type { Change, Op } from './contract.ts';
import { StoreLimitError } from './errors.ts';
import type { Indexes } from './row-indexes.ts';

/** Where a row lies in the file: what is written together lies together. */
export type RowKey = [createIndex: number, table: string, key: string];
/** Without a text: a deletion. */
export type Write = { key: RowKey; text: string | undefined };

/** What a row takes beside its key's last part and its text. */
const ENTRY_BYTES = 100;

/** Rows that are new since `durable` go to the end of the tree; the store's entry about itself lies at its beginning. */
export function needOf(writes: readonly Write[], durable: number): Need {
  let bytes = ENTRY_BYTES;
  let scattered = 1;
  for (const { key, text } of writes) {
    bytes += ENTRY_BYTES + key[2].length + (text === undefined ? 0 : Buffer.byteLength(text));
    if (key[0] <= durable) scattered += 1;
  }
  return { bytes, scattered };
}

/** Each key once, and none too long. */
export function checkKeys(ops: readonly Op[], limit: number): void {
  const seen = new Set<string>();
  for (const { table, key } of ops) {
    const name = `${table}\u0000${key}`;
    if (Buffer.byteLength(name) > limit)
      throw new StoreLimitError(
        `A key of ${Buffer.byteLength(key)} bytes in ${table} is over the limit of ${limit} bytes.`,
      );
    if (seen.has(name)) throw new StoreLimitError(`Key "${key}" of table ${table} occurs twice in one transaction.`);
    seen.add(name);
  }
}

/** A deletion has the index of its transaction. */
export function changeOf(op: Op, { createIndex, modifyIndex }: Indexes): Change {
  const value = op.kind === 'put' ? op.value : undefined;
  return { table: op.table, key: op.key, value, createIndex, modifyIndex };
}

export function decodeRow([createIndex, table, key]: RowKey, text: string): Change {
  const [modifyIndex, value] = JSON.parse(text) as [number, object];
  return { table, key, value, createIndex, modifyIndex };
}
