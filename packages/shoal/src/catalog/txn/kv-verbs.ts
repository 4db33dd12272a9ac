import { kvEntry } from '../kv.ts';
import { type Overlay, stamped, type Version } from '../overlay.ts';
import { SessionInvalidError } from '../sessions/errors.ts';
import { type LockDelays, type LockWrite, lock, unlock } from '../sessions/locks.ts';
import type { TxnResult } from './txn.ts';

/** One operation of `/v1/txn` on a key, with the documented verbs. */
export type KvOperation = LockWrite & { readonly kind: 'kv'; readonly verb: string; readonly index: number };

/** Results, or what is wrong. */
export function applyKv(view: Overlay, operation: KvOperation, delays: LockDelays): TxnResult[] | string {
  if (operation.key === '' && operation.verb !== 'delete-tree') return 'Must provide key';
  try {
    return apply(view, operation, delays);
  } catch (error) {
    if (error instanceof SessionInvalidError) return error.message;
    throw error;
  }
}

function apply(view: Overlay, operation: KvOperation, delays: LockDelays): TxnResult[] | string {
  const { verb, key, index, session } = operation;
  const name = JSON.stringify(key);
  const held = view.get('kv', key);
  const missing = `key ${name} doesn't exist`;
  switch (verb) {
    case 'set':
      return [shown(put(view, operation))];
    case 'cas':
      if (view.indexOf('kv', key) !== index) return `failed to set key ${name}, index is stale`;
      return [shown(put(view, operation))];
    case 'lock': {
      if (delays.isDelayed(key)) return `failed to lock key ${name} due to lock delay`;
      const version = lock(view, operation);
      return version ? [shown(version)] : `failed to lock key ${name}, lock is already held`;
    }
    case 'unlock': {
      if (session === '') return 'missing session';
      const version = unlock(view, operation);
      return version
        ? [shown(version)]
        : `failed to unlock key ${name}, lock isn't held, or is held by another session`;
    }
    case 'delete':
      return remove(view, key);
    case 'delete-cas':
      if (held && view.indexOf('kv', key) !== index) return `failed to delete key ${name}, index is stale`;
      return remove(view, key);
    case 'delete-tree':
      return view.keys('kv', key).flatMap((found) => remove(view, found));
    case 'get':
      return held ? [withValue(held)] : missing;
    case 'get-or-empty':
      return [held ? withValue(held) : emptyKey(key)];
    case 'get-tree':
      return view
        .keys('kv', key)
        .flatMap((found) => view.get('kv', found) ?? [])
        .map(withValue);
    case 'check-index':
      if (!held) return missing;
      if (view.indexOf('kv', key) === index) return [shown(held)];
      return `failed index check for key ${name}, current modify index ${view.indexOf('kv', key)} != ${index}`;
    case 'check-session': {
      if (!held) return missing;
      const holder = held.entry.Session ?? '';
      if (holder === session) return [shown(held)];
      return `failed session check for key ${name}, current session ${JSON.stringify(holder)} != ${JSON.stringify(session)}`;
    }
    case 'check-not-exists':
      return held ? `key ${name} exists` : [];
    default:
      return `unknown KV verb ${JSON.stringify(verb)}`;
  }
}

/** A plain write keeps the lock's holder. */
function put(view: Overlay, operation: KvOperation): Version<'kv'> {
  return view.put('kv', operation.key, kvEntry(operation, view.get('kv', operation.key)?.entry));
}

function remove(view: Overlay, key: string): [] {
  if (view.get('kv', key)?.entry.Session !== undefined) view.remove('kvLocks', key);
  view.remove('kv', key);
  return [];
}

function withValue(version: Version<'kv'>): TxnResult {
  return { kind: 'kv', row: (index) => stamped(version, index) };
}

function shown(version: Version<'kv'>): TxnResult {
  return { kind: 'kv', row: (index) => ({ ...stamped(version, index), Value: null }) };
}

function emptyKey(Key: string): TxnResult {
  return { kind: 'kv', row: () => ({ Key, Value: null, Flags: '0', LockIndex: 0, CreateIndex: 0, ModifyIndex: 0 }) };
}
