import { createExpiry } from '../../expiry.ts';
import type { CatalogCheckRow, KvRow, LockDelayRow, SessionRow } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import type { Change, ChangeSet } from '../../store/contract.ts';
import { commitPlanned } from '../commit.ts';
import { checkSessionId, type LockDelays, orphanedHolders } from './locks.ts';
import {
  type Aftermath,
  checkIds,
  isSound,
  planCreate,
  planDestroy,
  type SessionLimits,
  type SessionRequest,
  ttlMs,
} from './plan.ts';

/**
 * Sessions end when they are destroyed, when they are not renewed for twice their TTL, and when their node or one of their checks goes or turns
 * critical; then their keys are let go, or deleted. Times are kept in memory: after a start every session has its whole time anew, and so has every
 * lock delay.
 */
export type Sessions = LockDelays & {
  start(): void;
  stop(): void;
  /** Its id. Rejects with SessionInvalidError. */
  create(request: SessionRequest): Promise<string>;
  /** What is not there is fine. Rejects with SessionInvalidError when it is no id. */
  destroy(id: string): Promise<void>;
  /** Gives it its whole time anew; undefined when there is none. Throws SessionInvalidError when it is no id. */
  renew(id: string): SessionRow | undefined;
};

export type SessionsDeps = {
  readonly state: State;
  readonly newId: () => string;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
  readonly limits?: SessionLimits;
};

const LIMITS: SessionLimits = { minTtlMs: 10_000 };
/** A session lives at least its TTL, and at most about twice that: renewals may be late and servers may change. */
const TTL_FACTOR = 2;
const RETRY_MS = 1_000;
/** What is known of a session whose row went while nobody looked. */
const UNKNOWN: Aftermath = { Behavior: 'release', LockDelay: 15e9 };

export function createSessions(deps: SessionsDeps): Sessions {
  const { state, limits = LIMITS } = deps;
  const { tables } = state;
  const known = new Map<string, SessionRow>();
  const ending = new Set<string>();
  const expiry = createExpiry(deps.now, (id) => void end(id));
  const delays = createExpiry(deps.now, (key) => void forgetDelay(key));
  let stopFollowing: (() => void) | undefined;

  return {
    start() {
      if (stopFollowing) return;
      stopFollowing = state.follow(apply);
      for (const row of tables.sessions.values()) learn(row);
      for (const key of tables.lockDelays.keys()) delay(key, tables.lockDelays.get(key));
      for (const id of orphanedHolders(tables)) void end(id);
    },
    stop() {
      stopFollowing?.();
      stopFollowing = undefined;
      expiry.clearAll();
      delays.clearAll();
    },
    async create(request) {
      const id = deps.newId();
      await commitPlanned(state, () => ({ txn: planCreate(tables, id, request, limits), result: undefined }));
      return id;
    },
    async destroy(id) {
      checkSessionId(id);
      if (tables.sessions.get(id)) await destroy(id);
    },
    renew(id) {
      checkSessionId(id);
      const row = tables.sessions.get(id);
      if (row && stopFollowing) arm(row);
      return row;
    },
    isDelayed: (key) => delays.has(key),
  };

  function apply({ changes }: ChangeSet): void {
    for (const change of changes) look(change);
  }

  function look({ table, key, value }: Change): void {
    if (table === 'sessions') value ? learn(value as SessionRow) : forget(key);
    else if (table === 'kv') adopt((value as KvRow | undefined)?.Session);
    else if (table === 'lockDelays') delay(key, value as LockDelayRow | undefined);
    else if (table === 'catalogNodes' && !value) review(key, () => true);
    else if (table === 'catalogChecks' && isDown(value as CatalogCheckRow | undefined)) reviewCheck(key);
  }

  function learn(row: SessionRow): void {
    known.set(row.ID, row);
    if (isSound(tables, row)) arm(row);
    else void end(row.ID);
  }

  /** A key may have been locked while its session was on its way out: it is let go as well. */
  function forget(id: string): void {
    expiry.clear(id);
    if (tables.kv.countBy('session', id) > 0) void end(id);
    else known.delete(id);
  }

  function adopt(session: string | undefined): void {
    if (session !== undefined && !tables.sessions.get(session)) void end(session);
  }

  function arm(row: SessionRow): void {
    const ms = ttlMs(row);
    if (ms > 0) expiry.set(row.ID, ms * TTL_FACTOR);
  }

  function delay(key: string, row: LockDelayRow | undefined): void {
    if (row) delays.set(key, row.DelayMs);
    else delays.clear(key);
  }

  function reviewCheck(key: string): void {
    const at = key.indexOf('/');
    const id = key.slice(at + 1);
    review(key.slice(0, at), (session) => checkIds(session).includes(id));
  }

  function review(node: string, concerns: (session: SessionRow) => boolean): void {
    for (const session of tables.sessions.by('node', node)) if (concerns(session)) void end(session.ID);
  }

  /** Until it is done, or this server is no longer the one to do it. */
  async function end(id: string): Promise<void> {
    if (ending.has(id)) return;
    ending.add(id);
    try {
      await destroy(id);
    } catch (error) {
      deps.onFailure(error);
      retry(id);
    } finally {
      ending.delete(id);
    }
  }

  function retry(id: string): void {
    setTimeout(() => stopFollowing && void end(id), RETRY_MS).unref();
  }

  async function destroy(id: string): Promise<void> {
    const aftermath = tables.sessions.get(id) ?? known.get(id) ?? UNKNOWN;
    const mostOps = state.limits.opsPerTxn;
    let isMore = true;
    while (isMore) {
      const { result } = await commitPlanned(state, () => {
        const { txn, isMore } = planDestroy(tables, id, aftermath, mostOps);
        return { txn, result: isMore };
      });
      isMore = result;
    }
    if (!tables.sessions.get(id)) known.delete(id);
  }

  /** Unless it was given anew. */
  async function forgetDelay(key: string): Promise<void> {
    const modifyIndex = tables.lockDelays.get(key)?.ModifyIndex ?? 0;
    try {
      const ops = [{ kind: 'delete', table: 'lockDelays', key }] as const;
      await state.commit({ ops, require: [{ table: 'lockDelays', key, modifyIndex }] });
    } catch (error) {
      deps.onFailure(error);
    }
  }
}

function isDown(check: CatalogCheckRow | undefined): boolean {
  return check === undefined || check.Status === 'critical';
}
