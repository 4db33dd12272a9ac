import type { RescheduleEvent, ReschedulePolicy, RescheduleTracker } from '@shoal/api';

/** Without a limit only so many past attempts are remembered: enough for every delay function. */
const REMEMBERED = 5;

/**
 * When an allocation that failed may be replaced (job specification, `reschedule`), Unix nanoseconds, after which delay;
 * undefined: it has had its attempts.
 */
export function nextReschedule(
  policy: ReschedulePolicy | null,
  tracker: RescheduleTracker | null,
  failedAt: number,
): { at: number; delay: number } | undefined {
  if (!policy || (!policy.Unlimited && policy.Attempts <= 0)) return undefined;
  const events = tracker?.Events ?? [];
  if (!policy.Unlimited && recent(events, policy, failedAt).length >= policy.Attempts) return undefined;
  const delay = nextDelay(policy, events, failedAt);
  return { at: failedAt + delay, delay };
}

/** The tracker of the allocation that replaces another. */
export function trackReschedule(
  policy: ReschedulePolicy | null,
  tracker: RescheduleTracker | null,
  event: RescheduleEvent,
): RescheduleTracker {
  const events = tracker?.Events ?? [];
  const kept =
    !policy || policy.Unlimited ? events.slice(-(REMEMBERED - 1)) : recent(events, policy, event.RescheduleTime);
  return { Events: [...kept, event] };
}

function recent(events: readonly RescheduleEvent[], { Interval }: ReschedulePolicy, at: number): RescheduleEvent[] {
  return events.filter((event) => at - event.RescheduleTime < Interval);
}

function nextDelay(policy: ReschedulePolicy, events: readonly RescheduleEvent[], failedAt: number): number {
  const last = events.at(-1);
  if (!last || policy.DelayFunction === 'constant' || policy.DelayFunction === '') return policy.Delay;
  const grown = policy.DelayFunction === 'exponential' ? last.Delay * 2 : last.Delay + (events.at(-2)?.Delay ?? 0);
  if (policy.MaxDelay <= 0 || grown < policy.MaxDelay) return grown;
  // It ran for longer than the longest delay: that is a new failure, not the old one again.
  return failedAt - last.RescheduleTime > policy.MaxDelay ? policy.Delay : policy.MaxDelay;
}
