import { rm } from 'node:fs/promises';
import type { Allocation, Task, TaskGroup, TaskState } from '@shoal/api';
import { allocDirs } from '../alloc-dir.ts';
import type { Session, TaskUsage, WantedSession } from '../drivers/driver.ts';
import type { Variables } from '../env/interpolate.ts';
import { groupVariables } from '../env/task-env.ts';
import { messageOf, TaskNotRunningError, UnknownTaskError } from '../errors.ts';
import type { ServiceRegistration } from '../registrar.ts';
import type { AllocationUpdate } from '../server-connection.ts';
import { uncheckable } from '../services/checks.ts';
import { DEREGISTER_TIMEOUT_MS, groupServiceRegistrations, SERVICE_ID_PREFIX } from '../services/registrations.ts';
import { atMost } from '../signals.ts';
import type { AllocRecord } from '../state-db.ts';
import { allocUnhealthy, type EventMaker, hookFailed } from '../task-runner/events.ts';
import type { TaskWorld } from '../task-runner/task-context.ts';
import { createTaskRunner, type TaskRunner } from '../task-runner/task-runner.ts';
import { clientStatus, expiredStatus } from './client-status.ts';
import { createDeploymentHealth } from './deployment-health.ts';
import { createGroupChecks } from './group-checks.ts';
import { createGroupNetwork } from './group-network.ts';
import { createGroupServices } from './group-services.ts';
import { casualties, mayBegin, roleOf, serving, stopOrder } from './lifecycle.ts';

/**
 * One allocation: its tasks in the order of their lifecycle, its group's services, its health for a deployment. Everything follows from the tasks'
 * states: `react` is called after each change, and opens, ends, announces and judges; it may be called any number of times.
 */
export type AllocRunner = {
  readonly id: string;
  allocation(): Allocation;
  /** What the server is to know. */
  report(): AllocationUpdate;
  /** The server's copy has changed: it is to stop, or it was updated in place. */
  update(allocation: Allocation): void;
  /** Restarts a task, or (undefined) all that run. Throws `UnknownTaskError`, `TaskNotRunningError`. */
  restart(task: string | undefined): void;
  /** Throws as above. */
  signal(task: string | undefined, signal: string): Promise<void>;
  /** Runs a command in a task with its streams. Throws as above, and `DriverError`. */
  session(task: string, request: WantedSession): Promise<Session>;
  /** By task; what does not run is left out. */
  usage(): Promise<Record<string, TaskUsage>>;
  /** Whether all of its tasks are dead and its network is gone: what it took of the node is free. */
  isOver(): boolean;
  /** Looks again at what may begin now: something outside of the allocation has changed. */
  look(): void;
  /** Ends all tasks in order, for good; the event says why. Resolves when they are dead. */
  stop(why?: EventMaker): Promise<void>;
  /** Ends all tasks as `stop` does, but those of after the end do not run: the allocation has run for as long as it may, and is complete. */
  expire(why: EventMaker): void;
  /** Ends the processes of all tasks in order; the next agent starts them again. */
  suspend(): Promise<void>;
  /** Leaves the tasks, as they run, to the next agent. */
  detach(): Promise<void>;
  /** Stops, and removes what is left on disk. */
  destroy(): Promise<void>;
};

export type AllocRunnerInput = {
  record: AllocRecord;
  onChange: (id: string) => void;
  /** False while the allocation that this one replaces still runs here: its ports and memory were given to this one. */
  mayStart: (allocation: Allocation) => boolean;
};

export function createAllocRunner({ record, onChange, mayStart }: AllocRunnerInput, world: TaskWorld): AllocRunner {
  const id = record.allocation.ID;
  const { log, registrar } = world.services;
  let allocation = record.allocation;
  let stopping: Promise<void> | undefined;
  let left = false;
  let expired = false;
  // Tasks that are told to end still run for a moment; nothing of the group may be announced again in that moment.
  const ending = new Set<string>();
  const runners = new Map<string, TaskRunner>();
  const group = () => groupOf(allocation);
  const network = createGroupNetwork(
    { id, drivers: () => tasks().map(({ Driver }) => Driver), onGone: () => onChange(id) },
    world,
  );
  /** As it stands here: the servers may not know its network yet. */
  const placed = (): Allocation => ({ ...allocation, NetworkStatus: network.status() });
  const tasks = () => group().Tasks ?? [];
  const states = () => Object.fromEntries([...runners].map(([name, runner]) => [name, runner.state()]));
  const mine = `${SERVICE_ID_PREFIX}${id}-group-${allocation.TaskGroup}-`;
  const groupServices = createGroupServices(
    registrar,
    log,
    registrar.owned().filter((service) => service.startsWith(mine)),
  );
  const groupChecks = createGroupChecks(runners, world);
  const health = createDeploymentHealth(
    { subject: () => ({ allocation: placed(), group: group() }), states, restored: record.health, onVerdict },
    world,
  );

  function changed(): void {
    onChange(id);
    // Not at once: a change may come from within `react`, which has to see the rest first.
    queueMicrotask(react);
  }

  function react(): void {
    const now = states();
    for (const name of ending) if (now[name]?.State !== 'running') ending.delete(name);
    announce(now);
    if (left) return;
    if (stopping === undefined)
      for (const { task, event } of casualties(tasks(), now)) void runners.get(task)?.kill(event);
    for (const task of tasks()) if (mayOpen(task, now)) runners.get(task.Name)?.open();
    health.look();
    if (allDead()) void network.release();
  }

  const allDead = () => Object.values(states()).every(({ State }) => State === 'dead');

  function mayOpen(task: Task, now: Record<string, TaskState>): boolean {
    const isWanted = stopping === undefined ? mayStart(allocation) : roleOf(task) === 'poststop' && !expired;
    return isWanted && mayBegin(task, tasks(), now);
  }

  function announce(now: Record<string, TaskState>): void {
    if (left && ending.size === 0) return;
    const up = stopping === undefined && ending.size === 0 && serving(tasks(), now);
    const variables = up ? variablesOfGroup() : undefined;
    groupServices.want(variables === undefined ? [] : registrations(variables));
    if (variables === undefined) groupChecks.end();
    else groupChecks.begin(placed(), group(), variables);
  }

  async function leave(task: string): Promise<boolean> {
    const some = groupServices.count() > 0;
    ending.add(task);
    announce(states());
    await atMost(groupServices.settled(), DEREGISTER_TIMEOUT_MS, world.clock);
    return some;
  }

  function variablesOfGroup(): Variables | undefined {
    const job = allocation.Job;
    return job === null ? undefined : groupVariables({ allocation: placed(), job, group: group(), node: world.node() });
  }

  function registrations(variables: Variables): ServiceRegistration[] {
    const warning = uncheckable(group().Services);
    if (warning !== undefined) showOnce(warning);
    try {
      return groupServiceRegistrations(placed(), group(), variables);
    } catch (error) {
      showOnce(messageOf(error));
      return [];
    }
  }

  const shown = new Set<string>();
  function showOnce(message: string): void {
    if (shown.has(message)) return;
    shown.add(message);
    log.warn({ alloc: id }, message);
    for (const runner of runners.values()) runner.emit(hookFailed('group_services', message));
  }

  function onVerdict(reason: string | undefined): void {
    if (reason !== undefined) for (const runner of runners.values()) runner.emit(allocUnhealthy(reason));
    onChange(id);
  }

  function stop(why?: EventMaker): Promise<void> {
    stopping ??= stopInOrder(why);
    return stopping;
  }

  async function stopInOrder(why: EventMaker | undefined): Promise<void> {
    // The caller's `stopping` has to be set before the first task is told.
    await Promise.resolve();
    await health.stop();
    await inOrder((runner) => runner.kill(why));
    const ran = !expired && Object.values(states()).some((state) => state.StartedAt !== null);
    for (const { Name } of tasks().filter((task) => roleOf(task) === 'poststop')) {
      const runner = runners.get(Name);
      await (ran ? runner?.done : runner?.kill());
    }
    await atMost(groupServices.settled(), DEREGISTER_TIMEOUT_MS, world.clock);
  }

  async function inOrder(end: (runner: TaskRunner) => Promise<void>): Promise<void> {
    for (const names of stopOrder(tasks())) {
      await Promise.all(names.map((name) => runners.get(name)).map((runner) => runner && end(runner)));
    }
  }

  function runningOnes(task: string | undefined): TaskRunner[] {
    if (task === undefined) {
      const running = [...runners.values()].filter((runner) => runner.state().State === 'running');
      if (running.length === 0) throw new TaskNotRunningError();
      return running;
    }
    const runner = runners.get(task);
    if (runner === undefined) throw new UnknownTaskError(task);
    return [runner];
  }

  async function letGo(end: () => Promise<unknown>): Promise<void> {
    left = true;
    groupChecks.end();
    await Promise.all([health.stop(), end()]);
    await atMost(groupServices.settled(), DEREGISTER_TIMEOUT_MS, world.clock);
  }

  const isOver = () => allDead() && network.isGone();
  const detachAll = () => Promise.all([...runners.values()].map((runner) => runner.detach()));

  function begin(): void {
    for (const task of tasks()) {
      const subject = () => ({ allocation: placed(), group: group(), task: taskOf(group(), task.Name) });
      const restored = record.tasks[task.Name];
      const name = task.Name;
      runners.set(
        name,
        createTaskRunner({ name, subject, restored, onChange: changed, leave: () => leave(name) }, world),
      );
    }
    if (allocation.DesiredStatus === 'run') health.follow();
    else void stop();
    queueMicrotask(react);
  }

  begin();
  return {
    id,
    allocation: () => allocation,
    report() {
      const { status, description } = expired ? expiredStatus(isOver()) : clientStatus(Object.values(states()));
      return {
        id,
        clientStatus: status,
        clientDescription: description,
        taskStates: states(),
        deploymentHealthy: health.report(),
        networkStatus: network.status(),
      };
    },
    update(next) {
      allocation = next;
      if (next.DesiredStatus !== 'run') return void stop();
      health.follow();
      for (const runner of runners.values()) runner.refresh();
      // Its checks may be others now.
      groupChecks.end();
      react();
    },
    isOver,
    look: () => queueMicrotask(react),
    restart(task) {
      for (const runner of runningOnes(task)) runner.restart('User requested restart');
    },
    async signal(task, signal) {
      await Promise.all(runningOnes(task).map((runner) => runner.signal(signal, 'User requested signal')));
    },
    async session(task, request) {
      const [runner] = runningOnes(task);
      if (runner === undefined) throw new UnknownTaskError(task);
      return runner.session(request);
    },
    async usage() {
      const all = await Promise.all([...runners].map(async ([name, runner]) => [name, await runner.usage()] as const));
      return Object.fromEntries(all.filter((entry): entry is [string, TaskUsage] => entry[1] !== undefined));
    },
    stop,
    expire(why) {
      if (stopping !== undefined || isOver()) return;
      expired = true;
      void stop(why);
    },
    suspend: () =>
      letGo(async () => {
        await inOrder((runner) => runner.suspend());
        await detachAll();
        await network.release();
      }),
    detach: () => letGo(detachAll),
    async destroy() {
      await stop();
      await network.release();
      await rm(allocDirs(world.allocRoot, id).allocDir, { recursive: true, force: true });
      await world.db.remove(id);
    },
  };
}

function groupOf(allocation: Allocation): TaskGroup {
  const group = allocation.Job?.TaskGroups?.find(({ Name }) => Name === allocation.TaskGroup);
  if (group === undefined)
    throw new Error(`allocation ${allocation.ID}: its job has no group "${allocation.TaskGroup}"`);
  return group;
}

function taskOf(group: TaskGroup, name: string): Task {
  const task = group.Tasks?.find(({ Name }) => Name === name);
  if (task === undefined) throw new UnknownTaskError(name);
  return task;
}
