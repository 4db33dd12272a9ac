import type { Allocation } from '@shoal/api';
import { allocDirs } from './alloc-dir.ts';
import type { AllocRunner } from './alloc-runner/alloc-runner.ts';
import type { Allocations } from './allocations.ts';
import type { Session } from './drivers/driver.ts';
import { messageOf, TaskNotRunningError, UnknownActionError, UnknownTaskError } from './errors.ts';
import type { Registrar } from './registrar.ts';
import type { ClientDeps, ControlResult } from './serve/types.ts';
import { checkResults } from './services/check-results.ts';
import { allocationOfService, DEREGISTER_TIMEOUT_MS } from './services/registrations.ts';
import type { StatusUpdates } from './status-updates.ts';

/** What users may do to the allocations of this node; `serve/` answers for it over HTTP. */
export type Control = Pick<
  ClientDeps,
  'allocation' | 'restart' | 'signal' | 'session' | 'usage' | 'checks' | 'deregister' | 'collect'
>;

export type ControlDeps = {
  allocations: Allocations;
  updates: Pick<StatusUpdates, 'isTold'>;
  registrar: Registrar;
  /** `<data_dir>/alloc`, absolute. */
  allocRoot: string;
};

export function createControl({ allocations, updates, registrar, allocRoot }: ControlDeps): Control {
  // A status that the servers do not have yet must not be lost with the allocation.
  const isOver = (runner: AllocRunner) => isTerminal(runner) && updates.isTold(runner.id);
  return {
    allocation(id) {
      const runner = allocations.runner(id);
      if (runner === undefined) return undefined;
      const tasks = Object.keys(runner.report().taskStates);
      return { allocDir: allocDirs(allocRoot, id).allocDir, tasks, silent: silentTasks(runner.allocation()) };
    },
    restart: (id, task) => attempt(allocations.runner(id), (runner) => runner.restart(task || undefined)),
    signal: (id, task, signal) => attempt(allocations.runner(id), (runner) => runner.signal(task || undefined, signal)),
    async session(id, task, request) {
      let session: Session | undefined;
      const result = await attempt(allocations.runner(id), async (runner) => {
        session = await runner.session(task, request);
      });
      return session === undefined ? result : { kind: 'open', session };
    },
    usage: async (id) => (await allocations.runner(id)?.usage()) ?? {},
    checks(id) {
      const runner = allocations.runner(id);
      return runner ? checkResults(runner.allocation(), registrar) : {};
    },
    async deregister(id, service) {
      if (allocationOfService(service) !== id || !registrar.owned().includes(service)) return false;
      await registrar.deregister(service, DEREGISTER_TIMEOUT_MS);
      return true;
    },
    async collect(id) {
      const chosen = id === undefined ? allocations.all() : allocations.all().filter((runner) => runner.id === id);
      const over = chosen.filter(isOver);
      await Promise.all(over.map((runner) => allocations.collect(runner.id)));
      return id === undefined || over.length > 0;
    },
  };
}

/** Those whose output is kept nowhere. */
function silentTasks({ Job, TaskGroup: name }: Allocation): string[] {
  const tasks = Job?.TaskGroups?.find(({ Name }) => Name === name)?.Tasks ?? [];
  return tasks.filter(({ LogConfig }) => LogConfig.Disabled).map(({ Name }) => Name);
}

function isTerminal(runner: AllocRunner): boolean {
  return Object.values(runner.report().taskStates).every(({ State }) => State === 'dead');
}

async function attempt(
  runner: AllocRunner | undefined,
  act: (runner: AllocRunner) => void | Promise<void>,
): Promise<ControlResult> {
  if (runner === undefined) return { kind: 'unknown-task' };
  try {
    await act(runner);
    return { kind: 'done' };
  } catch (error) {
    if (error instanceof UnknownActionError) return { kind: 'unknown-action', reason: error.message };
    if (error instanceof UnknownTaskError) return { kind: 'unknown-task' };
    if (error instanceof TaskNotRunningError) return { kind: 'not-running' };
    return { kind: 'failed', reason: messageOf(error) };
  }
}
