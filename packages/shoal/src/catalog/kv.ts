import type { Read } from '../state/read.ts';
import type { KvRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Tables } from '../state/tables.ts';
import type { Op, Precondition } from '../store/contract.ts';
import { commitPlanned, type Planned } from './commit.ts';
import type { Unstamped } from './registration.ts';

/** The key/value store. Locks on keys are in locks.ts. */
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
  const { result } = await commitPlanned(state, (tables) => planPut(tables, write));
  return result;
}

function planPut(tables: Tables, write: KvWrite): Planned<boolean> {
  const { key, cas } = write;
  const held = tables.kv.get(key);
  const put: Op = { kind: 'put', table: 'kv', key, value: kvEntry(write, held) };
  if (cas === undefined) return { txn: { ops: [put], require: [sameHolder(tables, key)] }, result: true };
  if ((held?.ModifyIndex ?? 0) !== cas) return { result: false };
  return { txn: { ops: [put], require: [{ table: 'kv', key, modifyIndex: cas }] }, result: true };
}

/** A plain write keeps the lock's holder, but not its count. */
export function kvEntry(
  { key, value, flags }: Omit<KvWrite, 'cas'>,
  held: Pick<KvRow, 'Session'> | undefined,
): Unstamped<KvRow> {
  const encoded = value.length === 0 ? null : value.toString('base64');
  return { Key: key, Value: encoded, Flags: flags, LockIndex: 0, ...(held?.Session && { Session: held.Session }) };
}

/** Others may write the key meanwhile, but nobody may lock or unlock it. */
function sameHolder(tables: Tables, key: string): Precondition {
  return { table: 'kvLocks', key, modifyIndex: tables.kvLocks.get(key)?.ModifyIndex ?? 0 };
}

/** False when the comparison failed. A key that is not there is gone, whatever the comparison says. */
export async function deleteKey(state: State, key: string, cas?: number): Promise<boolean> {
  const { result } = await commitPlanned(state, (tables) => planDelete(tables, key, cas));
  return result;
}

function planDelete(tables: Tables, key: string, cas: number | undefined): Planned<boolean> {
  const row = tables.kv.get(key);
  if (!row) return { result: true };
  if (cas !== undefined && row.ModifyIndex !== cas) return { result: false };
  const compared: Precondition[] = cas === undefined ? [] : [{ table: 'kv', key, modifyIndex: cas }];
  return { txn: { ops: removal(tables, key), require: [sameHolder(tables, key), ...compared] }, result: true };
}

/** A key goes with its lock. */
function removal(tables: Tables, key: string): Op[] {
  const lock: Op = { kind: 'delete', table: 'kvLocks', key };
  return [{ kind: 'delete', table: 'kv', key }, ...(tables.kvLocks.get(key) ? [lock] : [])];
}

/** Deletes all keys that begin with `prefix`; a tree that is over a transaction's limit goes in several. */
export async function deleteTree(state: State, prefix: string): Promise<void> {
  const keys = [...state.tables.kv.keys(prefix)];
  const most = Math.floor(state.limits.opsPerTxn / 2);
  for (let from = 0; from < keys.length; from += most) {
    const ops = keys.slice(from, from + most).flatMap((key) => removal(state.tables, key));
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
