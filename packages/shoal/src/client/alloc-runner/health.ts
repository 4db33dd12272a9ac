import type { MigrateStrategy, Task, TaskState, UpdateStrategy } from '@shoal/api';
import { formatDuration } from '../../duration.ts';
import { roleOf } from './lifecycle.ts';

/**
 * Whether an allocation of a deployment is healthy (https://developer.hashicorp.com/nomad/docs/job-specification/update): its tasks have to run,
 * and with `health_check = "checks"` its checks have to pass, for `min_healthy_time` on end, before `healthy_deadline`. Pure.
 */
export type HealthPolicy = { useChecks: boolean; minHealthyMs: number; deadlineMs: number };

export type HealthInput = {
  policy: HealthPolicy;
  tasks: readonly Task[];
  states: Readonly<Record<string, TaskState>>;
  /** One for each service instance of the allocation; undefined: not registered. */
  services: readonly ('passing' | 'warning' | 'critical' | undefined)[];
  /** When the watch began. */
  since: number;
  /** What the last judgement handed back, null at first. */
  well: Well | null;
  /** Milliseconds of the clock that `since` and `well.since` are of; it only runs forward. */
  now: number;
};

/** Since when everything is as it should be, and the starts of the tasks that this is said of. */
export type Well = { since: number; starts: string };

export type Judgement =
  | { kind: 'healthy' }
  | { kind: 'unhealthy'; reason: string }
  /** Undecided; look again at `lookAgainAt` at the latest. */
  | { kind: 'open'; well: Well | null; lookAgainAt: number };

/** Undefined where an operator decides (`manual`) or nobody asks. */
export function healthPolicy(update: UpdateStrategy | null): HealthPolicy | undefined {
  if (update?.HealthCheck === 'manual') return undefined;
  return {
    useChecks: update?.HealthCheck !== 'task_states',
    minHealthyMs: (update?.MinHealthyTime ?? 10e9) / 1e6,
    deadlineMs: (update?.HealthyDeadline || 300e9) / 1e6,
  };
}

/** Outside of a deployment health matters to drains: whoever moves allocations waits for those that were moved (job specification, `migrate`). */
export function migrationPolicy(migrate: MigrateStrategy | null): HealthPolicy | undefined {
  if (migrate === null) return undefined;
  return {
    useChecks: migrate.HealthCheck !== 'task_states',
    minHealthyMs: migrate.MinHealthyTime / 1e6,
    deadlineMs: migrate.HealthyDeadline / 1e6,
  };
}

export function judgeHealth(input: HealthInput): Judgement {
  const { policy, now } = input;
  const tasks = input.tasks.filter((task) => roleOf(task) !== 'poststop');
  if (tasks.some((task) => input.states[task.Name]?.Failed)) return unhealthy('Unhealthy because of failed task');
  const running = tasks.every((task) => isUp(task, input.states[task.Name]));
  const passing = !policy.useChecks || input.services.every((status) => status === 'passing');
  const well = running && passing ? wellWith(input, tasks) : null;
  if (well !== null && now - well.since >= policy.minHealthyMs) return { kind: 'healthy' };
  const deadline = input.since + policy.deadlineMs;
  if (now >= deadline) return unhealthy(lateReason({ running, passing }, policy));
  const ripe = well === null ? deadline : well.since + policy.minHealthyMs;
  return { kind: 'open', well, lookAgainAt: Math.min(deadline, ripe) };
}

// A prestart or poststart task does its part by ending well; all others do theirs by running.
function isUp(task: Task, state: TaskState | undefined): boolean {
  if (state === undefined) return false;
  const role = roleOf(task);
  if (role === 'prestart' || role === 'poststart') return state.State === 'dead' && !state.Failed;
  return state.State === 'running';
}

// A task that was restarted in between begins its time anew.
function wellWith({ well, states, now }: HealthInput, tasks: readonly Task[]): Well {
  const starts = tasks.map((task) => states[task.Name]?.StartedAt).join();
  return well?.starts === starts ? well : { since: now, starts };
}

function lateReason(seen: { running: boolean; passing: boolean }, policy: HealthPolicy): string {
  if (!seen.running) return 'Task not running by deadline';
  if (!seen.passing) return 'Services not healthy by deadline';
  return `Task not running for min_healthy_time of ${formatDuration(policy.minHealthyMs * 1e6)} by deadline`;
}

function unhealthy(reason: string): Judgement {
  return { kind: 'unhealthy', reason };
}
