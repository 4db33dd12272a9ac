import type { CheckDefinition, Outcome } from '../registry/definitions.ts';

/** Results in a row since the last one of the other kind. */
export type Streak = { readonly successes: number; readonly failures: number };

export const NO_STREAK: Streak = { successes: 0, failures: 0 };

/** Counts a result; `settled` is what the check then shows, or undefined while it stays as it was. A warning is a success. */
export function countResult(
  definition: Pick<CheckDefinition, 'successBeforePassing' | 'failuresBeforeCritical' | 'failuresBeforeWarning'>,
  streak: Streak,
  outcome: Outcome,
): { streak: Streak; settled: Outcome | undefined } {
  if (outcome.status === 'critical') {
    const failures = streak.failures + 1;
    return { streak: { successes: 0, failures }, settled: afterFailures(definition, failures, outcome) };
  }
  const successes = streak.successes + 1;
  const isEnough = successes >= definition.successBeforePassing;
  return { streak: { successes, failures: 0 }, settled: isEnough ? outcome : undefined };
}

function afterFailures(
  definition: Pick<CheckDefinition, 'failuresBeforeCritical' | 'failuresBeforeWarning'>,
  failures: number,
  outcome: Outcome,
): Outcome | undefined {
  const { failuresBeforeCritical, failuresBeforeWarning = failuresBeforeCritical } = definition;
  if (failures >= failuresBeforeCritical) return outcome;
  return failures >= failuresBeforeWarning ? { ...outcome, status: 'warning' } : undefined;
}
