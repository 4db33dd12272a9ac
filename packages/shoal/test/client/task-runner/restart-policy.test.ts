import { describe, expect, test } from 'vitest';
import {
  decideRestart,
  type RestartInput,
  type RestartWindow,
} from '../../../src/client/task-runner/restart-policy.ts';
import { aRestartPolicy } from '../support/builders.ts';

const input = (changes: Partial<RestartInput> = {}): RestartInput => ({
  policy: aRestartPolicy({ Delay: 10e9 }),
  jobType: 'service',
  lifecycle: null,
  ending: { kind: 'failure' },
  window: null,
  nowMs: 100_000,
  random: 0,
  ...changes,
});
const restart = (delayMs: number, reason = 'Restart within policy') => ({ kind: 'restart', reason, delayMs });
const fail = (reason: string) => ({ kind: 'fail', reason });
const full: RestartWindow = { startedAt: 90_000, count: 2 };

describe('decideRestart', () => {
  test.each([
    { name: 'a service that fails is restarted', given: {}, want: restart(10_000) },
    { name: 'a service that ends well is restarted', given: { ending: { kind: 'success' } }, want: restart(10_000) },
    { name: 'jitter adds up to a quarter', given: { random: 1 }, want: restart(12_500) },
    {
      name: 'a batch task that ends well is done',
      given: { jobType: 'batch', ending: { kind: 'success' } },
      want: { kind: 'done' },
    },
    { name: 'a batch task that fails is restarted', given: { jobType: 'batch' }, want: restart(10_000) },
    {
      name: 'a batch task with no attempts that ends well is done',
      given: { jobType: 'batch', ending: { kind: 'success' }, policy: aRestartPolicy({ Attempts: 0 }) },
      want: { kind: 'done' },
    },
    {
      name: 'no attempts',
      given: { policy: aRestartPolicy({ Attempts: 0 }) },
      want: fail('Policy allows no restarts'),
    },
    {
      name: 'no attempts, not even after a start that cannot be mended',
      given: { policy: aRestartPolicy({ Attempts: 0 }), ending: { kind: 'start-failure', recoverable: false } },
      want: fail('Policy allows no restarts'),
    },
    {
      name: 'a start that cannot be mended',
      given: { ending: { kind: 'start-failure', recoverable: false } },
      want: fail('Error was unrecoverable'),
    },
    {
      name: 'a start that may go better',
      given: { ending: { kind: 'start-failure', recoverable: true } },
      want: restart(10_000),
    },
    {
      name: 'attempts used up, mode fail',
      given: { window: full },
      want: fail('Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"'),
    },
    {
      name: 'attempts used up, mode delay: after the interval',
      given: { window: full, policy: aRestartPolicy({ Delay: 10e9, Mode: 'delay' }) },
      want: restart(60_000, 'Exceeded allowed attempts, applying a delay'),
    },
    {
      name: 'the clock was set back since the interval began: that is over',
      given: { window: full, nowMs: 80_000, policy: aRestartPolicy({ Delay: 10e9, Mode: 'delay' }) },
      want: restart(10_000),
    },
    { name: 'the interval is over', given: { window: full, nowMs: 150_001 }, want: restart(10_000) },
    {
      name: 'a service whose end is unknown is restarted',
      given: { ending: { kind: 'unknown' } },
      want: restart(10_000),
    },
    {
      name: 'a batch task whose end is unknown has failed',
      given: { jobType: 'batch', ending: { kind: 'unknown' } },
      want: fail('How the task ended is unknown'),
    },
    {
      name: 'a prestart task of a service that ends well is done',
      given: { lifecycle: { Hook: 'prestart', Sidecar: false }, ending: { kind: 'success' } },
      want: { kind: 'done' },
    },
    {
      name: 'a sidecar of a batch job that ends well is restarted',
      given: { jobType: 'batch', lifecycle: { Hook: 'prestart', Sidecar: true }, ending: { kind: 'success' } },
      want: restart(10_000),
    },
    {
      name: 'a system job is restarted like a service',
      given: { jobType: 'system', ending: { kind: 'success' } },
      want: restart(10_000),
    },
  ] as { name: string; given: Partial<RestartInput>; want: unknown }[])('$name', ({ given, want }) => {
    expect(decideRestart(input(given)).decision).toEqual(want);
  });

  test('counts within the interval and begins anew after it', () => {
    const first = decideRestart(input()).window;
    const second = decideRestart(input({ window: first, nowMs: 110_000 })).window;
    const later = decideRestart(input({ window: second, nowMs: 161_000 })).window;
    expect([first, second, later]).toEqual([
      { startedAt: 100_000, count: 1 },
      { startedAt: 100_000, count: 2 },
      { startedAt: 161_000, count: 1 },
    ]);
  });
});
