import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/client/clock.ts';
import type { Driver, ExitResult, TaskHandle } from '../../../src/client/drivers/driver.ts';
import { UnknownDriverError } from '../../../src/client/errors.ts';
import { createFollow } from '../../../src/client/task-runner/follow.ts';
import type { TaskContext } from '../../../src/client/task-runner/task-context.ts';
import { silentLog } from '../../../src/log.ts';
import { exited, scriptedDriver, scriptedMachine } from '../support/scripted-driver.ts';

const handle: TaskHandle = { driver: 'scripted', id: 'a/t/1', startedAt: 0, data: {} };
const away = () => Promise.reject(new Error('supervisor away'));

/** Answers one after another, the last one for ever. */
const inTurn = <T>(...answers: (() => Promise<T>)[]) => {
  let calls = 0;
  return () => {
    calls += 1;
    return (answers[Math.min(calls, answers.length) - 1] as () => Promise<T>)();
  };
};

function follow(changes: Partial<Driver>) {
  const driver = { ...scriptedDriver(scriptedMachine()), ...changes };
  return followOf(() => driver);
}

function followOf(driver: () => Driver) {
  const slept: number[] = [];
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: async (ms) => void slept.push(ms) };
  const context = { driver, labels: () => ({ alloc: 'a', task: 't' }) } as TaskContext;
  return { slept, ...createFollow({ context, clock, log: silentLog, detached: new AbortController().signal }) };
}

describe('a driver that does not answer', () => {
  const end = async (): Promise<ExitResult> => exited(3);
  test.each([
    {
      name: 'is asked again while the task may run',
      driver: { wait: inTurn(away, away, end), recover: async () => true },
      want: exited(3),
    },
    {
      name: 'is believed when it knows the task no more',
      driver: { wait: away, recover: async () => false },
      want: { kind: 'unknown', reason: 'supervisor away' },
    },
    {
      name: 'is given up in the end',
      driver: { wait: away, recover: away },
      want: { kind: 'unknown', reason: 'supervisor away' },
    },
  ])('$name', async ({ driver, want }) => {
    expect(await follow(driver).exitOf(handle)).toEqual(want);
  });

  test('is asked ten times whether the task runs', async () => {
    const { recover, slept } = follow({ recover: away });
    expect(await recover(handle)).toBe(false);
    expect(slept).toHaveLength(9);
  });

  test('is not waited for if it is not there at all', async () => {
    const { recover, slept } = followOf(() => {
      throw new UnknownDriverError('scripted', []);
    });
    expect([await recover(handle), slept.length]).toEqual([false, 0]);
  });
});
