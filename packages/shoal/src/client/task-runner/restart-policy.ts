import type { JobType, RestartPolicy, TaskLifecycle } from '@shoal/api';
import { formatDuration } from '../../duration.ts';

/**
 * What happens to a task that has ended or could not be started (https://developer.hashicorp.com/nomad/docs/job-specification/restart): it is
 * restarted up to `attempts` times in each `interval`, then failed (mode `fail`) or held back until the interval is over (mode `delay`).
 */
export type Ending =
  | { kind: 'success' }
  | { kind: 'failure' }
  /** Ended, nobody knows how: the machine or the supervisor went away under it. */
  | { kind: 'unknown' }
  | { kind: 'start-failure'; recoverable: boolean };

export type RestartDecision =
  | { kind: 'done' }
  | { kind: 'fail'; reason: string }
  | { kind: 'restart'; reason: string; delayMs: number };

/** Counts restarts within the running interval. Plain data: it is kept over a restart of the agent. */
export type RestartWindow = { startedAt: number; count: number };

export type RestartInput = {
  policy: RestartPolicy;
  jobType: JobType;
  lifecycle: TaskLifecycle | null;
  ending: Ending;
  window: RestartWindow | null;
  nowMs: number;
  /** 0 to 1. */
  random: number;
};

/** The largest share of the delay that is added to it by chance, so that tasks that fell together do not come back together. */
const JITTER = 0.25;

/** Decides; the window that comes back is for the next call. */
export function decideRestart(input: RestartInput): { decision: RestartDecision; window: RestartWindow | null } {
  const { policy, ending, window } = input;
  if (ending.kind === 'success' && !restartsOnSuccess(input)) return { decision: { kind: 'done' }, window };
  if (ending.kind === 'unknown' && !restartsOnSuccess(input)) return stopped(window, 'How the task ended is unknown');
  if (policy.Attempts === 0) return stopped(window, 'Policy allows no restarts');
  if (ending.kind === 'start-failure' && !ending.recoverable) return stopped(window, 'Error was unrecoverable');
  const next = countedIn(input);
  if (next.count <= policy.Attempts) return { decision: within(input), window: next };
  if (policy.Mode === 'fail') return stopped(next, exceeded(policy));
  return { decision: heldBack(input, next), window: next };
}

// Tasks that are there to run keep running; those that are there to finish may finish.
function restartsOnSuccess({ jobType, lifecycle }: RestartInput): boolean {
  if (lifecycle !== null && lifecycle.Hook !== '') return lifecycle.Sidecar;
  return jobType === 'service' || jobType === 'system';
}

// A window that begins in the future is of a clock that was set back since.
function countedIn({ policy, window, nowMs }: RestartInput): RestartWindow {
  const over = window === null || nowMs < window.startedAt || nowMs - window.startedAt > policy.Interval / 1e6;
  return over ? { startedAt: nowMs, count: 1 } : { ...window, count: window.count + 1 };
}

function within({ policy, random }: RestartInput): RestartDecision {
  const delayMs = (policy.Delay / 1e6) * (1 + JITTER * random);
  return { kind: 'restart', reason: 'Restart within policy', delayMs };
}

function heldBack({ policy, nowMs, random }: RestartInput, window: RestartWindow): RestartDecision {
  const untilNextInterval = Math.max(0, window.startedAt + policy.Interval / 1e6 - nowMs);
  const delayMs = untilNextInterval + (policy.Delay / 1e6) * (1 + JITTER * random);
  return { kind: 'restart', reason: 'Exceeded allowed attempts, applying a delay', delayMs };
}

function exceeded(policy: RestartPolicy): string {
  return `Exceeded allowed attempts ${policy.Attempts} in interval ${formatDuration(policy.Interval)} and mode is "fail"`;
}

function stopped(window: RestartWindow | null, reason: string): ReturnType<typeof decideRestart> {
  return { decision: { kind: 'fail', reason }, window };
}
