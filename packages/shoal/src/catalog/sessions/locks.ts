import type { KvRow, SessionRow } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { Tables } from '../../state/tables.ts';
import { commitPlanned } from '../commit.ts';
import { type KvWrite, kvEntry } from '../kv.ts';
import { Overlay, type Version } from '../overlay.ts';
import type { Unstamped } from '../registration.ts';
import { SessionInvalidError } from './errors.ts';

/** Locks on keys: a key is held by at most one session. `LockIndex` counts how often it was taken. */
export type LockWrite = Omit<KvWrite, 'cas'> & { readonly session: string };

/** Keys that nobody may lock now, because their holder went without saying so. */
export type LockDelays = { isDelayed(key: string): boolean };

/** False when somebody else holds the key, or it waits for its lock delay. Rejects with SessionInvalidError. */
export async function acquireKey(state: State, delays: LockDelays, write: LockWrite): Promise<boolean> {
  const { result } = await commitPlanned(state, (tables) => {
    if (delays.isDelayed(write.key)) return { result: false };
    const view = new Overlay(tables);
    const version = lock(view, write);
    return { ...(version && { txn: view.txn() }), result: version !== undefined };
  });
  return result;
}

/** False when the session does not hold the key. */
export async function releaseKey(state: State, write: LockWrite): Promise<boolean> {
  const { result } = await commitPlanned(state, (tables) => {
    const view = new Overlay(tables);
    const version = unlock(view, write);
    return { ...(version && { txn: view.txn() }), result: version !== undefined };
  });
  return result;
}

/** Writes the key as its holder; undefined when somebody else holds it. Throws SessionInvalidError. */
export function lock(view: Overlay, write: LockWrite): Version<'kv'> | undefined {
  const { ID } = sessionOf(view, write.session);
  const held = view.get('kv', write.key)?.entry;
  if (held?.Session !== undefined && held.Session !== ID) return undefined;
  const LockIndex = held?.Session === ID ? held.LockIndex : (held?.LockIndex ?? 0) + 1;
  view.put('kvLocks', write.key, { Session: ID });
  return view.put('kv', write.key, { ...kvEntry(write, { Session: ID }), LockIndex });
}

/** Writes the key and lets go of it; undefined when the session does not hold it. */
export function unlock(view: Overlay, write: LockWrite): Version<'kv'> | undefined {
  const held = view.get('kv', write.key)?.entry;
  if (held?.Session === undefined || held.Session !== write.session) return undefined;
  view.remove('kvLocks', write.key);
  return view.put('kv', write.key, { ...kvEntry(write, undefined), LockIndex: held.LockIndex });
}

/** As it is without its holder. */
export function freed({ Session: _, ...entry }: Unstamped<KvRow>): Unstamped<KvRow> {
  return entry;
}

/** Throws SessionInvalidError. */
export function checkSessionId(id: string): void {
  if (id.length !== UUID_LENGTH)
    throw new SessionInvalidError('failed session lookup: index error: UUID must be 36 characters');
}

const UUID_LENGTH = 36;

function sessionOf(view: Overlay, id: string): Unstamped<SessionRow> {
  if (id === '') throw new SessionInvalidError('missing session');
  checkSessionId(id);
  const session = view.get('sessions', id);
  if (!session) throw new SessionInvalidError(`invalid session ${JSON.stringify(id)}`);
  return session.entry;
}

/** Keys of a session that is gone or that never was. */
export function orphanedHolders(tables: Tables): string[] {
  return [...tables.kv.valuesOf('session')].filter((id) => tables.sessions.get(id) === undefined);
}
