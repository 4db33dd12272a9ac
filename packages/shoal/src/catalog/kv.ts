import type { Read } from '../state/read.ts';
import type { KvRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Op } from '../store/contract.ts';
import type { Unstamped } from './registration.ts';

/** The key/value store. Locks (`acquire`, `release`) belong to sessions. */
export type KvWrite = {
  readonly key: string;
  readonly value: Buffer;
  /** Decimal text of an unsigned 64-bit number. */
  readonly flags: string;
  /** Write only if the key's ModifyIndex is this; 0: only if it does not exist. */
  readonly cas?: number;
};

/** False when the comparison failed. */
export async function putKey(state: State, write: KvWrite): Promise<boolean> {
  const value = kvEntry(write, state.tables.kv.get(write.key));
  const put: Op = { kind: 'put', table: 'kv', key: write.key, value };
  const require = write.cas === undefined ? [] : [{ table: 'kv', key: write.key, modifyIndex: write.cas }];
  return (await state.commit({ ops: [put], require })).ok;
}

/** A plain write keeps the lock's holder, but not its count. */
export function kvEntry({ key, value, flags }: KvWrite, held: KvRow | undefined): Unstamped<KvRow> {
  const encoded = value.length === 0 ? null : value.toString('base64');
  return { Key: key, Value: encoded, Flags: flags, LockIndex: 0, ...(held?.Session && { Session: held.Session }) };
}

/** False when the comparison failed. A key that is not there is gone, whatever the comparison says. */
export async function deleteKey(state: State, key: string, cas?: number): Promise<boolean> {
  if (!state.tables.kv.get(key)) return true;
  if (cas === 0) return false;
  const require = cas === undefined ? [] : [{ table: 'kv', key, modifyIndex: cas }];
  return (await state.commit({ ops: [{ kind: 'delete', table: 'kv', key }], require })).ok;
}

/** Deletes all keys that begin with `prefix`; a tree that is over a transaction's limit goes in several. */
export async function deleteTree(state: State, prefix: string): Promise<void> {
  const keys = [...state.tables.kv.keys(prefix)];
  const { opsPerTxn } = state.limits;
  for (let from = 0; from < keys.length; from += opsPerTxn) {
    const ops = keys.slice(from, from + opsPerTxn).map((key): Op => ({ kind: 'delete', table: 'kv', key }));
    await state.commit({ ops });
  }
}

/** Keys that begin with `prefix`, in order. With a separator those that go on behind it after the prefix are one entry, cut there. */
export function listKeys(read: Read, prefix: string, separator: string): string[] {
  const keys = read.prefix(read.state.tables.kv, prefix).map((row) => row.Key);
  if (separator === '') return keys;
  const cut = keys.map((key) => {
    const at = key.indexOf(separator, prefix.length);
    return at < 0 ? key : key.slice(0, at + separator.length);
  });
  return [...new Set(cut)];
}
