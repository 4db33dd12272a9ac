import type { Allocation, AllocClientStatus } from '@shoal/api';
import { type AllocRunner, createAllocRunner } from './alloc-runner/alloc-runner.ts';
import { messageOf } from './errors.ts';
import type { AllocationUpdate } from './server-connection.ts';
import type { AllocRecord } from './state-db.ts';
import type { TaskWorld } from './task-runner/task-context.ts';

/** The allocations of this client: those that run or ran here, and those that cannot. */
export type Allocations = {
  /** Takes up what an earlier agent left. */
  restore(records: readonly AllocRecord[]): void;
  /** What the servers want: new and changed allocations, and all that they list. */
  apply(changed: readonly Allocation[], listed: ReadonlySet<string>): Promise<void>;
  known(id: string): number | undefined;
  report(id: string): AllocationUpdate | undefined;
  runner(id: string): AllocRunner | undefined;
  all(): AllocRunner[];
  /** Forgets an allocation that has ended and removes what is left of it, though the servers still list it. */
  collect(id: string): Promise<void>;
};

export type AllocationsDeps = { world: TaskWorld; onChange: (id: string) => void; onGone: (id: string) => void };

const TERMINAL: readonly string[] = ['complete', 'failed', 'lost'];

export function createAllocations({ world, onChange, onGone }: AllocationsDeps): Allocations {
  const { log } = world.services;
  const runners = new Map<string, AllocRunner>();
  // Listed by the servers, and not run here: it has ended (value: the index it was seen at), or it cannot run.
  const past = new Map<string, number>();
  const broken = new Map<string, { index: number; update: AllocationUpdate }>();
  // Could not be kept, and is offered again: nothing is started that would not be found again.
  const held = new Map<string, AllocationUpdate>();

  function changed(id: string): void {
    onChange(id);
    if (!runners.get(id)?.isOver()) return;
    for (const runner of runners.values()) if (runner.allocation().PreviousAllocation === id) runner.look();
  }

  function mayStart({ PreviousAllocation: previous }: Allocation): boolean {
    return previous === undefined || (runners.get(previous)?.isOver() ?? true);
  }

  function add(record: AllocRecord): void {
    const { allocation } = record;
    try {
      runners.set(allocation.ID, createAllocRunner({ record, onChange: changed, mayStart }, world));
    } catch (error) {
      log.warn({ err: error, alloc: allocation.ID }, 'allocation cannot be run');
      broken.set(allocation.ID, {
        index: allocation.AllocModifyIndex,
        update: unrunUpdate(allocation, 'failed', error),
      });
    }
    onChange(allocation.ID);
  }

  async function take(allocation: Allocation): Promise<void> {
    const runner = runners.get(allocation.ID);
    if (runner === undefined && TERMINAL.includes(allocation.ClientStatus)) {
      past.set(allocation.ID, allocation.AllocModifyIndex);
      return;
    }
    // A full disk must not keep from stopping what is to stop.
    runner?.update(allocation);
    try {
      await world.db.putAllocation(allocation);
    } catch (error) {
      if (runner === undefined) hold(allocation, error);
      throw error;
    }
    held.delete(allocation.ID);
    if (runner === undefined) add({ allocation, tasks: {}, health: null });
  }

  function hold(allocation: Allocation, error: unknown): void {
    if (held.has(allocation.ID)) return;
    log.error({ alloc: allocation.ID, error: messageOf(error) }, 'an allocation cannot begin yet; it is tried again');
    held.set(allocation.ID, unrunUpdate(allocation, 'pending', error));
    onChange(allocation.ID);
  }

  async function remove(id: string): Promise<void> {
    const runner = runners.get(id);
    past.delete(id);
    broken.delete(id);
    held.delete(id);
    try {
      await runner?.destroy();
    } catch (error) {
      log.warn({ err: error, alloc: id }, 'what is left of the allocation could not be removed');
    }
    runners.delete(id);
    onGone(id);
    for (const waiting of runners.values()) if (waiting.allocation().PreviousAllocation === id) waiting.look();
  }

  return {
    restore(records) {
      for (const record of records) add(record);
    },
    async apply(changed, listed) {
      await Promise.all(changed.map(take));
      const gone = [...runners.keys(), ...past.keys(), ...broken.keys(), ...held.keys()].filter(
        (id) => !listed.has(id),
      );
      // Not awaited: a task that takes its time to end must not hold up what is to run.
      for (const id of gone) void remove(id);
    },
    known: (id) => runners.get(id)?.allocation().AllocModifyIndex ?? past.get(id) ?? broken.get(id)?.index,
    report: (id) => runners.get(id)?.report() ?? broken.get(id)?.update ?? held.get(id),
    runner: (id) => runners.get(id),
    all: () => [...runners.values()],
    async collect(id) {
      const runner = runners.get(id);
      if (runner === undefined) return;
      await remove(id);
      past.set(id, runner.allocation().AllocModifyIndex);
    },
  };
}

/** Of what does not run here. */
function unrunUpdate(allocation: Allocation, clientStatus: AllocClientStatus, error: unknown): AllocationUpdate {
  return {
    id: allocation.ID,
    clientStatus,
    clientDescription: messageOf(error),
    taskStates: {},
    deploymentHealthy: null,
    networkStatus: null,
  };
}
