import type { Service, ServiceCheck } from '@shoal/api';
import type { Clock } from '../clock.ts';
import type { Registrar } from '../registrar.ts';
import { settledOrAborted, WOKEN } from '../signals.ts';
import { lookAtCheck, type RestartRule, type Watched } from './check-restart.ts';
import { checkId } from './checks.ts';

/** A check that restarts what it watches. */
export type RestartingCheck = {
  serviceId: string;
  checkId: string;
  name: string;
  /** '' for a group's check that names no task. */
  task: string;
  rule: RestartRule;
};

/** Watches checks from the start of their task on, and restarts it by their rules. It ends with the first restart: the next start has its own. */
export function watchCheckRestarts(input: {
  checks: readonly RestartingCheck[];
  registrar: Registrar;
  clock: Clock;
  restart: (check: RestartingCheck, reason: string) => void;
}): { stop(): void } {
  const { checks, registrar, clock, restart } = input;
  if (checks.length === 0) return { stop: () => undefined };
  const over = new AbortController();
  let wake = new AbortController();
  const ids = new Set(checks.map(({ serviceId }) => serviceId));
  const unsubscribe = registrar.onStatusChange((id) => ids.has(id) && wake.abort(WOKEN));

  async function watch(): Promise<void> {
    const startedAt = clock.monotonic();
    const states = new Map<RestartingCheck, Watched>(checks.map((check) => [check, { startedAt, badSince: null }]));
    while (!over.signal.aborted) {
      wake = new AbortController();
      const due = lookAtAll(states);
      if (due === 'restarted') return;
      const nap = new AbortController();
      const asleep = clock.sleep(due, nap.signal);
      await settledOrAborted(asleep, wake.signal, over.signal);
      nap.abort(WOKEN);
    }
  }

  /** Milliseconds until it has to be looked at again. */
  function lookAtAll(states: Map<RestartingCheck, Watched>): number | 'restarted' {
    const now = clock.monotonic();
    let next = LONGEST_NAP_MS;
    for (const [check, watched] of states) {
      const found = registrar.checks(check.serviceId).find(({ id }) => id === check.checkId);
      // What is not announced is not judged.
      if (found === undefined) continue;
      const look = lookAtCheck(check.rule, watched, found.status, now);
      if (look.kind === 'restart') {
        restart(check, `healthcheck: check "${check.name}" unhealthy`);
        return 'restarted';
      }
      watched.badSince = look.badSince;
      if (look.lookAgainAt !== null) next = Math.min(next, look.lookAgainAt - now);
    }
    return Math.max(1, next);
  }

  void watch().finally(unsubscribe);
  return { stop: () => over.abort() };
}

const LONGEST_NAP_MS = 60_000;
const DEFAULT_GRACE_MS = 1_000;

/** The checks of a service that restart: by their own rule, else by the service's. */
export function restartingChecks(
  service: Service,
  serviceId: string,
  fill: (text: string) => string,
): RestartingCheck[] {
  return (service.Checks ?? []).flatMap((check) => {
    const rule = ruleOf(service, check);
    if (rule === undefined) return [];
    const name = fill(check.Name) || `service: "${fill(service.Name)}" check`;
    return [{ serviceId, checkId: checkId(serviceId, check), name, task: check.TaskName || service.TaskName, rule }];
  });
}

function ruleOf(service: Service, check: ServiceCheck): RestartRule | undefined {
  const given = check.CheckRestart ?? service.CheckRestart;
  if (given === null || given.Limit <= 0) return undefined;
  return {
    limit: given.Limit,
    intervalMs: check.Interval / 1e6,
    graceMs: given.Grace === null ? DEFAULT_GRACE_MS : given.Grace / 1e6,
    ignoreWarnings: given.IgnoreWarnings,
  };
}
