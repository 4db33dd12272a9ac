import type { TaskState } from '@shoal/api';
import type { ExitResult } from '../drivers/driver.ts';
import { type EventMaker, killed, notRestarting, restarting, terminated, terminatedUnknown } from './events.ts';
import type { JournalChange } from './journal.ts';
import { decideRestart, type Ending, type RestartInput } from './restart-policy.ts';

/** How one run of a task came to its end, or did not begin, and the events that say so. */
export type Outcome = { ending: Ending; events: readonly EventMaker[] };

export function outcomeOfExit(result: ExitResult): Outcome {
  if (result.kind === 'unknown') return { ending: { kind: 'unknown' }, events: [terminatedUnknown(result.reason)] };
  const success = result.exitCode === 0 && result.signal === 0;
  return { ending: { kind: success ? 'success' : 'failure' }, events: [terminated(result)] };
}

/**
 * Why a run ended: the task was told to for good (as failed or not), told to until the next agent comes, told to start again (as the policy has it
 * or at once), or by itself.
 */
export type Cause = 'kill' | 'fail' | 'suspend' | 'restart' | 'unhealthy' | 'itself';

export type ConcludeInput = {
  outcome: Outcome;
  cause: Cause;
  state: TaskState;
  policy: Omit<RestartInput, 'ending'>;
};

/** What becomes of the task, as one change of its record. `restartInMs` undefined: it does not run again here. */
export function conclude({ outcome, cause, state, policy }: ConcludeInput): {
  change: JournalChange;
  restartInMs: number | undefined;
} {
  const now = new Date(policy.nowMs).toISOString();
  if (cause === 'kill' || cause === 'fail') return dead(now, cause === 'fail', [...outcome.events, killed()]);
  if (cause === 'suspend') {
    return { change: { handle: null, state: { State: 'pending' }, events: outcome.events }, restartInMs: undefined };
  }
  if (cause === 'restart') return again(state, now, 0, [...outcome.events, restarting('', 0)]);
  const ending: Ending = cause === 'unhealthy' ? { kind: 'failure' } : outcome.ending;
  const { decision, window } = decideRestart({ ...policy, ending });
  switch (decision.kind) {
    case 'done':
      return dead(now, false, outcome.events);
    case 'fail':
      return dead(now, true, [...outcome.events, notRestarting(decision.reason)]);
    case 'restart': {
      const event = restarting(decision.reason, decision.delayMs);
      const next = again(state, now, decision.delayMs, [...outcome.events, event]);
      return { ...next, change: { ...next.change, restarts: window } };
    }
  }
}

/** The record of a task that ends without a run: it was told to before it began. */
export function deadUnrun(nowMs: number, state: TaskState, asFailed: boolean): JournalChange {
  const events = state.StartedAt === null ? [] : [killed()];
  return dead(new Date(nowMs).toISOString(), asFailed, events).change;
}

function dead(FinishedAt: string, Failed: boolean, events: readonly EventMaker[]) {
  return {
    change: { handle: null, state: { State: 'dead', Failed, FinishedAt }, events } as const,
    restartInMs: undefined,
  };
}

function again(state: TaskState, LastRestart: string, restartInMs: number, events: readonly EventMaker[]) {
  const next = { State: 'pending', Restarts: state.Restarts + 1, LastRestart } as const;
  return { change: { handle: null, state: next, events }, restartInMs };
}
