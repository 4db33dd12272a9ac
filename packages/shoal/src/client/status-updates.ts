import type { Log } from '../log.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { AllocationUpdate, ServerConnection } from './server-connection.ts';
import { settledOrAborted, WOKEN } from './signals.ts';

/**
 * Tells the servers how the allocations fare. Changes are gathered for a moment and sent as one; what was not taken is sent again, as it is then,
 * until it was. What has been said already is not repeated.
 */
export type StatusUpdates = {
  start(): void;
  /** Something about the allocation may have changed. */
  dirty(id: string): void;
  /** The allocation is gone; nothing more is said of it. */
  drop(id: string): void;
  /** Tells at once what is open, also what is on its way to a server that does not answer. Rejects when no server takes it. */
  flush(signal: AbortSignal): Promise<void>;
  /** Whether the servers have been told the present state. */
  isTold(id: string): boolean;
  /** Sends what is open, once more, within `timeoutMs`; then stops. */
  stop(timeoutMs: number): Promise<void>;
};

export type StatusUpdatesDeps = {
  server: Pick<ServerConnection, 'updateAllocations'>;
  nodeId: string;
  report: (id: string) => AllocationUpdate | undefined;
  clock: Clock;
  random: () => number;
  log: Log;
};

/** Long enough to take the steps of a start together, short enough not to be felt. */
const GATHER_MS = 50;
const PER_REQUEST = 500;
const RETRY = { baseMs: 100, maxMs: 15_000 };

export function createStatusUpdates({ server, nodeId, report, clock, random, log }: StatusUpdatesDeps): StatusUpdates {
  const stopped = new AbortController();
  const open = new Set<string>();
  const underway = new Set<string>();
  const told = new Map<string, string>();
  let wake = new AbortController();
  let running: Promise<void> | undefined;

  async function live(): Promise<void> {
    for (let failures = 0; !stopped.signal.aborted; ) {
      if (open.size === 0) await settledOrAborted(new Promise(() => undefined), wake.signal, stopped.signal);
      wake = new AbortController();
      await clock.sleep(GATHER_MS, stopped.signal);
      try {
        await send(stopped.signal);
        failures = 0;
      } catch (error) {
        if (stopped.signal.aborted) return;
        log.debug({ err: error }, 'the servers did not take the status of allocations; it is sent again');
        await clock.sleep(backoff(failures, RETRY, random), stopped.signal);
        failures += 1;
      }
    }
  }

  async function send(signal: AbortSignal): Promise<void> {
    while (open.size > 0 && !signal.aborted) {
      const batch = [...open].slice(0, PER_REQUEST);
      for (const id of batch) {
        open.delete(id);
        underway.add(id);
      }
      try {
        await tell(batch, signal);
      } catch (error) {
        for (const id of batch) open.add(id);
        throw error;
      } finally {
        for (const id of batch) underway.delete(id);
      }
    }
  }

  async function tell(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const news = ids.flatMap(newsOf);
    const updates = news.map(({ update }) => update);
    if (updates.length > 0) await server.updateAllocations(nodeId, updates, signal);
    for (const { update, text } of news) told.set(update.id, text);
  }

  async function flush(signal: AbortSignal): Promise<void> {
    const ids = [...new Set([...open, ...underway])];
    for (let at = 0; at < ids.length; at += PER_REQUEST) await tell(ids.slice(at, at + PER_REQUEST), signal);
  }

  function newsOf(id: string): { update: AllocationUpdate; text: string }[] {
    const update = report(id);
    const text = JSON.stringify(update);
    return update === undefined || told.get(id) === text ? [] : [{ update, text }];
  }

  return {
    start() {
      running ??= live();
    },
    dirty(id) {
      open.add(id);
      wake.abort(WOKEN);
    },
    drop(id) {
      open.delete(id);
      told.delete(id);
    },
    flush,
    isTold: (id) => newsOf(id).length === 0,
    async stop(timeoutMs) {
      stopped.abort();
      await running;
      await send(AbortSignal.timeout(timeoutMs)).catch((error) =>
        log.debug({ err: error }, 'the last status of allocations will be sent by the next agent'),
      );
    },
  };
}
