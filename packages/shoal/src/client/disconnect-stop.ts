import type { TaskGroup } from '@shoal/api';
import { formatDuration } from '../duration.ts';
import type { AllocRunner } from './alloc-runner/alloc-runner.ts';
import type { Clock } from './clock.ts';
import type { Heartbeat } from './registration.ts';
import { ending } from './task-runner/events.ts';

/**
 * Stops allocations that are not to run without servers: those of groups with `disconnect { stop_on_client_after }` (or, as it was called before,
 * `stop_after_client_disconnect`), when no server has taken a heartbeat for that long
 * (https://developer.hashicorp.com/nomad/docs/job-specification/disconnect#stop_on_client_after). Others run on.
 */
export type DisconnectStop = { start(): void; stop(): Promise<void> };

export type DisconnectStopDeps = {
  heartbeat: () => Heartbeat;
  runners: () => readonly AllocRunner[];
  clock: Clock;
};

const LOOK_MS = 1_000;

export function createDisconnectStop({ heartbeat, runners, clock }: DisconnectStopDeps): DisconnectStop {
  const stopped = new AbortController();
  let running: Promise<void> | undefined;

  async function watch(): Promise<void> {
    // An agent that has just come up gives the servers their time.
    let heardAt = clock.monotonic();
    let seen = heartbeat().at;
    while (!stopped.signal.aborted) {
      const { at } = heartbeat();
      if (at !== seen) [seen, heardAt] = [at, clock.monotonic()];
      const silentMs = clock.monotonic() - heardAt;
      for (const runner of runners()) if (isDue(runner, silentMs)) end(runner);
      await clock.sleep(LOOK_MS, stopped.signal);
    }
  }

  function end(runner: AllocRunner): void {
    const after = formatDuration(patienceMs(runner) * 1e6);
    const setting = groupOf(runner)?.Disconnect?.StopOnClientAfter
      ? 'stop_on_client_after'
      : 'stop_after_client_disconnect';
    void runner.stop(ending(`no server was reached for ${after} (${setting})`));
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

function isDue(runner: AllocRunner, silentMs: number): boolean {
  return silentMs >= patienceMs(runner) && !runner.isOver();
}

function patienceMs(runner: AllocRunner): number {
  const group = groupOf(runner);
  const after = group?.Disconnect?.StopOnClientAfter ?? group?.StopAfterClientDisconnect ?? null;
  return after === null ? Number.POSITIVE_INFINITY : after / 1e6;
}

function groupOf(runner: AllocRunner): TaskGroup | undefined {
  const { Job, TaskGroup: name } = runner.allocation();
  return Job?.TaskGroups?.find(({ Name }) => Name === name);
}
