import type { CheckDefinition, Outcome } from '../registry/definitions.ts';

/** Results in a row since the last one of the other kind. */
export type Streak = { readonly successes: number; readonly failures: number };

export const NO_STREAK: Streak = { successes: 0, failures: 0 };

/** Counts a result; `settled` says whether it is enough to become the check's status. A warning is a success. */
export function countResult(
  definition: Pick<CheckDefinition, 'successBeforePassing' | 'failuresBeforeCritical'>,
  streak: Streak,
  outcome: Outcome,
): { streak: Streak; settled: boolean } {
  if (outcome.status === 'critical') {
    const failures = streak.failures + 1;
    return { streak: { successes: 0, failures }, settled: failures >= definition.failuresBeforeCritical };
  }
  const successes = streak.successes + 1;
  return { streak: { successes, failures: 0 }, settled: successes >= definition.successBeforePassing };
}
