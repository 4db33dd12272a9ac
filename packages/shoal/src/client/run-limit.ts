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
  /** By the monotonic clock: whoever sets the other one while allocations run ends none of them. */
  let began = new Map<string, number>();

  async function watch(): Promise<void> {
    while (!stopped.signal.aborted) {
      const limited = runners().filter((runner) => limitMs(runner) !== undefined);
      began = new Map(limited.map((runner) => [runner.id, began.get(runner.id) ?? beginOf(runner)]));
      for (const runner of limited) {
        const most = limitMs(runner);
        const ageMs = clock.monotonic() - (began.get(runner.id) ?? clock.monotonic());
        if (most !== undefined && ageMs >= most) {
          runner.expire(ending(`it has run for ${formatDuration(most * 1e6)} (max_run_duration)`));
        }
      }
      await clock.sleep(LOOK_MS, stopped.signal);
    }
  }

  /** What an earlier agent started is known by the clock on the wall alone. */
  function beginOf(runner: AllocRunner): number {
    const starts = Object.values(runner.report().taskStates).flatMap(({ StartedAt }) => StartedAt ?? []);
    return clock.monotonic() - Math.max(0, ...starts.map((start) => clock.now() - Date.parse(start)));
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
