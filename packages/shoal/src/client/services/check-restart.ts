import type { RegisteredStatus } from '../registrar.ts';

/**
 * When a check that does not pass has its task restarted (https://developer.hashicorp.com/nomad/docs/job-specification/check_restart). Pure.
 */
export type RestartRule = {
  /** So many failures in a row: the first one, and one more after each interval. */
  limit: number;
  intervalMs: number;
  /** After the task has started nothing is counted for so long. */
  graceMs: number;
  /** Whether a warning is good enough. */
  ignoreWarnings: boolean;
};

export type Watched = {
  /** When the task started. */
  startedAt: number;
  /** Since when the check has been seen not to pass; null while it passes. */
  badSince: number | null;
};

export type Look = { kind: 'restart' } | { kind: 'wait'; badSince: number | null; lookAgainAt: number | null };

export function lookAtCheck(
  rule: RestartRule,
  { startedAt, badSince }: Watched,
  status: RegisteredStatus,
  now: number,
): Look {
  const graceUntil = startedAt + rule.graceMs;
  if (now < graceUntil) return { kind: 'wait', badSince: null, lookAgainAt: graceUntil };
  const good = status === 'passing' || (status === 'warning' && rule.ignoreWarnings);
  if (good) return { kind: 'wait', badSince: null, lookAgainAt: null };
  const since = badSince ?? now;
  const due = since + (rule.limit - 1) * rule.intervalMs;
  return now >= due ? { kind: 'restart' } : { kind: 'wait', badSince: since, lookAgainAt: due };
}
