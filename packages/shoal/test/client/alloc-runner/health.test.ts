import type { UpdateStrategy } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import {
  type HealthInput,
  healthPolicy,
  judgeHealth,
  migrationPolicy,
} from '../../../src/client/alloc-runner/health.ts';
import { aTask, aTaskState } from '../support/builders.ts';

const iso = (ms: number) => new Date(ms).toISOString();
const running = (at: number) => ({ t: aTaskState({ State: 'running', StartedAt: iso(at) }) });
const input = (changes: Partial<HealthInput> = {}): HealthInput => ({
  policy: { useChecks: true, minHealthyMs: 10_000, deadlineMs: 300_000 },
  tasks: [aTask()],
  states: running(1_000),
  services: ['passing'],
  since: 0,
  well: null,
  now: 1_000,
  ...changes,
});
/** Well since then, with a task that started then. */
const well = (since: number) => ({ since, starts: iso(since) });
const open = (since: number | null, lookAgainAt: number, startedAt = since) => ({
  kind: 'open',
  well: since === null ? null : { since, starts: iso(startedAt ?? 0) },
  lookAgainAt,
});
const unhealthy = (reason: string) => ({ kind: 'unhealthy', reason });
const ephemeral = aTask({ Name: 'init', Lifecycle: { Hook: 'prestart', Sidecar: false } });

describe('judgeHealth', () => {
  test.each([
    { name: 'nothing runs yet', given: { states: { t: aTaskState() } }, want: open(null, 300_000) },
    { name: 'it has just begun to run', given: {}, want: open(1_000, 11_000) },
    { name: 'well for long enough', given: { well: well(1_000), now: 11_000 }, want: { kind: 'healthy' } },
    {
      name: 'a check fails: the time begins anew',
      given: { services: ['critical'], well: well(1_000), now: 5_000 },
      want: open(null, 300_000),
    },
    { name: 'a service is not registered yet', given: { services: [undefined] }, want: open(null, 300_000) },
    {
      name: 'checks do not count with task_states',
      given: { services: ['critical'], policy: { useChecks: false, minHealthyMs: 0, deadlineMs: 1_000 } },
      want: { kind: 'healthy' },
    },
    {
      name: 'a restart in between begins the time anew',
      given: { states: running(8_000), well: well(1_000), now: 8_010 },
      want: open(8_010, 18_010, 8_000),
    },
    {
      name: 'a task has failed',
      given: { states: { t: aTaskState({ State: 'dead', Failed: true }) } },
      want: unhealthy('Unhealthy because of failed task'),
    },
    {
      name: 'not running by the deadline',
      given: { states: { t: aTaskState() }, now: 300_000 },
      want: unhealthy('Task not running by deadline'),
    },
    {
      name: 'checks not passing by the deadline',
      given: { services: ['warning'], now: 300_000 },
      want: unhealthy('Services not healthy by deadline'),
    },
    {
      name: 'not long enough by the deadline',
      given: { states: running(299_000), well: well(299_000), now: 300_000 },
      want: unhealthy('Task not running for min_healthy_time of 10s by deadline'),
    },
    {
      name: 'a prestart task that is done does its part',
      given: {
        tasks: [ephemeral, aTask()],
        states: { ...running(1), init: aTaskState({ State: 'dead', StartedAt: iso(0) }) },
        well: { since: 1, starts: `${iso(0)},${iso(1)}` },
        now: 11_000,
      },
      want: { kind: 'healthy' },
    },
    {
      name: 'a service that ended is not well',
      given: { states: { t: aTaskState({ State: 'dead' }) }, well: well(1_000), now: 11_000 },
      want: open(null, 300_000),
    },
  ] as { name: string; given: Partial<HealthInput>; want: unknown }[])('$name', ({ given, want }) => {
    expect(judgeHealth(input(given))).toEqual(want);
  });
});

test('the policy comes from the update block', () => {
  const update = { HealthCheck: 'task_states', MinHealthyTime: 5e9, HealthyDeadline: 60e9 } as UpdateStrategy;
  expect(healthPolicy(update)).toEqual({ useChecks: false, minHealthyMs: 5_000, deadlineMs: 60_000 });
  expect(healthPolicy({ ...update, HealthCheck: 'manual' })).toBeUndefined();
  expect(healthPolicy(null)).toEqual({ useChecks: true, minHealthyMs: 10_000, deadlineMs: 300_000 });
});

test('outside of a deployment it comes from the migrate block', () => {
  const migrate = { MaxParallel: 1, HealthCheck: 'checks', MinHealthyTime: 5e9, HealthyDeadline: 60e9 };
  expect(migrationPolicy(migrate)).toEqual({ useChecks: true, minHealthyMs: 5_000, deadlineMs: 60_000 });
  expect(migrationPolicy({ ...migrate, HealthCheck: 'task_states' })?.useChecks).toBe(false);
  expect(migrationPolicy(null)).toBeUndefined();
});
