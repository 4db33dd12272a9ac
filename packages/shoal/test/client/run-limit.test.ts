import { expect, onTestFinished, test } from 'vitest';
import type { AllocRunner } from '../../src/client/alloc-runner/alloc-runner.ts';
import { systemClock } from '../../src/client/clock.ts';
import { createRunLimit } from '../../src/client/run-limit.ts';
import { until } from '../support/until.ts';
import { anAllocation, aTask, aTaskState, jobOf } from './support/builders.ts';

const HOUR_MS = 3_600_000;

/** An allocation with a limit of ten seconds, whose task was started so long ago by the clock on the wall; and a node that looks at it as often as it can. */
function watched(startedAgoMs: number | undefined) {
  const time = { wall: Date.now(), monotonic: 5_000 };
  const allocation = anAllocation(jobOf([aTask()], {}, { MaxRunDuration: 10e9 }));
  const StartedAt = startedAgoMs === undefined ? null : new Date(time.wall - startedAgoMs).toISOString();
  let [expired, looks] = [false, 0];
  const runner: Pick<AllocRunner, 'id' | 'allocation' | 'report' | 'expire'> = {
    id: allocation.ID,
    allocation: () => allocation,
    report: () => ({ taskStates: { t: aTaskState({ StartedAt }) } }) as unknown as ReturnType<AllocRunner['report']>,
    expire: () => {
      expired = true;
    },
  };
  const limit = createRunLimit({
    runners: () => [runner as AllocRunner],
    clock: {
      now: () => time.wall,
      monotonic: () => time.monotonic,
      sleep: (_ms, signal) => {
        looks += 1;
        return systemClock.sleep(1, signal);
      },
    },
  });
  limit.start();
  onTestFinished(() => limit.stop());
  return async (passed: { wall?: number; monotonic?: number }) => {
    await until('it has looked', () => looks > 1);
    time.wall += passed.wall ?? 0;
    time.monotonic += passed.monotonic ?? 0;
    const from = looks;
    await until('it has looked again', () => looks > from + 1);
    return expired;
  };
}

test('an allocation ends after its time here', async () => {
  const after = watched(undefined);
  expect(await after({ wall: 9_000, monotonic: 9_000 })).toBe(false);
  expect(await after({ wall: 1_000, monotonic: 1_000 })).toBe(true);
});

test('what an earlier agent started goes on with its time', async () => {
  const after = watched(6_000);
  expect(await after({ wall: 3_000, monotonic: 3_000 })).toBe(false);
  expect(await after({ wall: 1_000, monotonic: 1_000 })).toBe(true);
});

test.each([HOUR_MS, -HOUR_MS])('a clock that is set by %d ms ends nothing, and spares nothing', async (jump) => {
  const after = watched(1_000);
  expect(await after({ wall: jump })).toBe(false);
  expect(await after({ monotonic: 8_000 })).toBe(false);
  expect(await after({ monotonic: 1_000 })).toBe(true);
});
