import type { Allocation } from '@shoal/api';
import type { Log } from '../log.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { ServerConnection } from './server-connection.ts';

/** Follows what the servers want to run here. */
export type AllocationWatch = { start(): void; stop(): Promise<void> };

export type AllocationWatchDeps = {
  server: Pick<ServerConnection, 'watchAllocations' | 'fetchAllocations'>;
  nodeId: string;
  /** The AllocModifyIndex of what the client has; undefined for what it has not. */
  known: (id: string) => number | undefined;
  /** New or changed allocations, and all ids that the servers list: others are collected. */
  apply: (changed: Allocation[], listed: ReadonlySet<string>) => Promise<void>;
  clock: Clock;
  random: () => number;
  log: Log;
};

const WAIT_MS = 60_000;
const RETRY = { baseMs: 100, maxMs: 15_000 };

export function createAllocationWatch(deps: AllocationWatchDeps): AllocationWatch {
  const { server, nodeId, clock } = deps;
  const stopped = new AbortController();
  let running: Promise<void> | undefined;

  async function live(): Promise<void> {
    let index = 0;
    for (let failures = 0; !stopped.signal.aborted; ) {
      try {
        const answer = await server.watchAllocations(nodeId, { index, waitMs: WAIT_MS }, stopped.signal);
        if (stopped.signal.aborted) return;
        await take(answer.allocations);
        // An index that went back is another server's, or another life of this one.
        index = answer.index < index ? 0 : answer.index;
        failures = 0;
      } catch (error) {
        if (stopped.signal.aborted) return;
        deps.log.debug({ err: error }, 'watching allocations failed; it is tried again');
        await clock.sleep(backoff(failures, RETRY, deps.random), stopped.signal);
        failures += 1;
      }
    }
  }

  async function take(listed: Record<string, number>): Promise<void> {
    const changed = Object.keys(listed).filter((id) => deps.known(id) !== listed[id]);
    const fetched = changed.length > 0 ? await server.fetchAllocations(nodeId, changed, stopped.signal) : [];
    if (!stopped.signal.aborted) await deps.apply(fetched, new Set(Object.keys(listed)));
  }

  return {
    start() {
      running ??= live();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}
