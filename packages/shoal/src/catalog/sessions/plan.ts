import { parseDuration } from '../../duration.ts';
import type { CatalogCheckRow, SessionRow } from '../../state/rows.ts';
import { catalogKey, type Tables } from '../../state/tables.ts';
import type { Precondition, Txn } from '../../store/contract.ts';
import { Overlay } from '../overlay.ts';
import type { Unstamped } from '../registration.ts';
import { SessionInvalidError } from './errors.ts';
import { freed } from './locks.ts';

/** What a session is made of; its id is given by the server. */
export type SessionRequest = Omit<Unstamped<SessionRow>, 'ID' | 'Behavior'> & { readonly Behavior: string };

export type SessionLimits = { readonly minTtlMs: number };

const NANOSECONDS_PER_MS = 1e6;
const MAX_TTL = '24h0m0s';
const MAX_TTL_MS = 24 * 3600 * 1000;
/** No key is kept from its next holder for longer than this. */
const MAX_LOCK_DELAY_MS = 60_000;

/** Throws SessionInvalidError. A session that is born with a failing check would be invalid at once. */
export function planCreate(tables: Tables, id: string, given: SessionRequest, limits: SessionLimits): Txn {
  const Behavior = given.Behavior || 'release';
  if (Behavior !== 'release' && Behavior !== 'delete')
    throw new SessionInvalidError(`Invalid Behavior setting '${given.Behavior}'`);
  checkTtl(given.TTL, limits);
  const node = tables.catalogNodes.get(given.Node.toLowerCase());
  if (!node) throw new SessionInvalidError(given.Node === '' ? 'Must provide Node' : 'Missing node registration');
  const require: Precondition[] = [
    { table: 'catalogNodes', key: given.Node.toLowerCase(), modifyIndex: node.ModifyIndex },
    ...checkIds(given).map((check) => livingCheck(tables, given.Node, check)),
  ];
  const value: Unstamped<SessionRow> = { ...given, ID: id, Node: node.Node, Behavior };
  return { ops: [{ kind: 'put', table: 'sessions', key: id, value }], require };
}

export function checkIds({ NodeChecks, ServiceChecks }: Pick<SessionRow, 'NodeChecks' | 'ServiceChecks'>): string[] {
  return [...NodeChecks, ...(ServiceChecks ?? []).map(({ ID }) => ID)];
}

function livingCheck(tables: Tables, node: string, id: string): Precondition {
  const key = catalogKey(node, id);
  const check = tables.catalogChecks.get(key);
  if (!check) throw new SessionInvalidError(`Missing check '${id}' registration`);
  if (check.Status === 'critical') throw new SessionInvalidError(`Check '${id}' is in critical state`);
  return { table: 'catalogChecks', key, modifyIndex: check.ModifyIndex };
}

function checkTtl(text: string, { minTtlMs }: SessionLimits): void {
  const nanoseconds = text === '' ? 0 : parseDuration(text);
  if (nanoseconds === undefined)
    throw new SessionInvalidError(`Session TTL '${text}' invalid: time: invalid duration ${JSON.stringify(text)}`);
  const ms = nanoseconds / NANOSECONDS_PER_MS;
  if (ms !== 0 && (ms < minTtlMs || ms > MAX_TTL_MS))
    throw new SessionInvalidError(
      `Invalid Session TTL '${nanoseconds}', must be between [${minTtlMs / 1000}s=${MAX_TTL}]`,
    );
}

/** Milliseconds; 0 for none. */
export function ttlMs({ TTL }: Pick<SessionRow, 'TTL'>): number {
  return TTL === '' ? 0 : (parseDuration(TTL) ?? 0) / NANOSECONDS_PER_MS;
}

/** How keys of a session are dealt with when it is gone. */
export type Aftermath = Pick<SessionRow, 'Behavior' | 'LockDelay'>;

/** The session, the queries bound to it and the keys that it holds. `isMore`: there are keys left for a next transaction. */
export function planDestroy(
  tables: Tables,
  id: string,
  aftermath: Aftermath,
  mostOps: number,
): { txn: Txn; isMore: boolean } {
  const view = new Overlay(tables);
  const isMore = destroyIn(view, id, aftermath, mostOps);
  return { txn: view.txn(), isMore };
}

/** A key takes up to three writes. */
const OPS_PER_KEY = 3;

/** As a part of a transaction. Answers whether keys are left that do not fit into it. */
export function destroyIn(view: Overlay, id: string, aftermath: Aftermath, mostOps: number): boolean {
  const { kv, preparedQueries } = view.tables;
  view.remove('sessions', id);
  for (const query of preparedQueries.by('session', id)) view.remove('preparedQueries', query.ID);
  const held = [...kv.by('session', id)].map((row) => row.Key);
  const most = Math.max(1, Math.floor(mostOps / OPS_PER_KEY) - 1);
  for (const key of held.slice(0, most)) letGo(view, key, id, aftermath);
  return held.length > most;
}

function letGo(view: Overlay, key: string, id: string, { Behavior, LockDelay }: Aftermath): void {
  const entry = view.get('kv', key)?.entry;
  if (entry?.Session !== id) return;
  if (Behavior === 'delete') view.remove('kv', key);
  else view.put('kv', key, freed(entry));
  view.remove('kvLocks', key);
  const DelayMs = Math.min(LockDelay / NANOSECONDS_PER_MS, MAX_LOCK_DELAY_MS);
  if (DelayMs > 0) view.put('lockDelays', key, { DelayMs });
}

/** Whether what a session depends on is there and not critical. */
export function isSound(tables: Tables, session: SessionRow): boolean {
  if (!tables.catalogNodes.get(session.Node.toLowerCase())) return false;
  return checkIds(session).every((id) => isLiving(tables.catalogChecks.get(catalogKey(session.Node, id))));
}

function isLiving(check: CatalogCheckRow | undefined): boolean {
  return check !== undefined && check.Status !== 'critical';
}
