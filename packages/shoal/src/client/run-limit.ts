import { formatDuration } from '../duration.ts';
import type { AllocRunner } from './alloc-runner/alloc-runner.ts';
import type { Clock } from './clock.ts';
import { ending } from './task-runner/events.ts';

/**
 * Ends allocations that have run for as long as their group says with `max_run_duration`
 * (https://developer.hashicorp.com/nomad/docs/job-specification/group#max_run_duration). The time begins when the allocation comes to the node; over
 * a restart of the agent, when the first of its tasks was started. Restarts of tasks do not begin it anew.
 */
export type RunLimit = { start(): void; stop(): Promise<void> };

export type RunLimitDeps = { runners: () => readonly AllocRunner[]; clock: Clock };

const LOOK_MS = 1_000;

export function createRunLimit({ runners, clock }: RunLimitDeps): RunLimit {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;
  let seenAt = new Map<string, number>();

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      const limited = runners().filter((runner) => limitMs(runner) !== undefined);
      seenAt = new Map(limited.map(({ id }) => [id, seenAt.get(id) ?? clock.monotonic()]));
      for (const runner of limited) {
        const most = limitMs(runner);
        if (most !== undefined && ageMs(runner) >= most) {
          runner.expire(ending(`it has run for ${formatDuration(most * 1e6)} (max_run_duration)`));
        }
      }
      await clock.sleep(LOOK_MS, stopped.signal);
    }
  }

  function ageMs(runner: AllocRunner): number {
    const here = clock.monotonic() - (seenAt.get(runner.id) ?? clock.monotonic());
    const starts = Object.values(runner.report().taskStates).flatMap(({ StartedAt }) => StartedAt ?? []);
    return Math.max(here, ...starts.map((start) => clock.now() - Date.parse(start)));
  }

  return {
    start() {
      running ??= watch();
    },
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

function limitMs(runner: AllocRunner): number | undefined {
  const { Job, TaskGroup: name } = runner.allocation();
  const most = Job?.TaskGroups?.find(({ Name }) => Name === name)?.MaxRunDuration ?? undefined;
  return most === undefined ? undefined : most / 1e6;
}
