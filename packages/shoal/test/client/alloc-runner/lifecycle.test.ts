import type { TaskState } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { casualties, mayBegin, serving, stopOrder } from '../../../src/client/alloc-runner/lifecycle.ts';
import { aTask, aTaskState } from '../support/builders.ts';

const at = '2026-01-01T00:00:00Z';
const pending = aTaskState();
const running = aTaskState({ State: 'running', StartedAt: at });
const done = aTaskState({ State: 'dead', StartedAt: at });
const failed = aTaskState({ State: 'dead', StartedAt: at, Failed: true });

const hook = (Name: string, Hook: 'prestart' | 'poststart' | 'poststop', Sidecar = false) =>
  aTask({ Name, Lifecycle: { Hook, Sidecar } });
const tasks = [
  hook('init', 'prestart'),
  hook('proxy', 'prestart', true),
  aTask({ Name: 'main' }),
  hook('hello', 'poststart'),
  hook('bye', 'poststop'),
];
const states = (init: TaskState, proxy: TaskState, main: TaskState, hello = pending, bye = pending) => ({
  ...{ init, proxy, main, hello, bye },
});

describe('who may begin', () => {
  test.each([
    { name: 'at first', given: states(pending, pending, pending), want: ['init', 'proxy'] },
    { name: 'while init runs', given: states(running, running, pending), want: ['init', 'proxy'] },
    {
      name: 'when init is done and the proxy runs',
      given: states(done, running, pending),
      want: ['init', 'proxy', 'main'],
    },
    { name: 'when init has failed', given: states(failed, running, pending), want: ['init', 'proxy'] },
    { name: 'when main runs', given: states(done, running, running), want: ['init', 'proxy', 'main', 'hello'] },
    {
      name: 'when all else is dead',
      given: states(done, done, done, done),
      want: ['init', 'proxy', 'main', 'hello', 'bye'],
    },
  ])('$name', ({ given, want }) => {
    expect(tasks.filter((task) => mayBegin(task, tasks, given)).map(({ Name }) => Name)).toEqual(want);
  });
});

describe('who has to end', () => {
  const leader = [aTask({ Name: 'lead', Leader: true }), aTask({ Name: 'log' })];
  test.each([
    { name: 'nobody while main runs', tasks, given: states(done, running, running), want: [] },
    {
      name: 'sidecars when main is done',
      tasks,
      given: states(done, running, done, running),
      want: ['proxy: Main Tasks Dead'],
    },
    {
      name: 'all others when one has failed',
      tasks,
      given: states(done, running, failed, pending),
      want: ['proxy: Sibling Task Failed', 'hello: Sibling Task Failed'],
    },
    {
      name: 'all when prestart has failed',
      tasks,
      given: states(failed, running, pending),
      want: ['proxy: Sibling Task Failed', 'main: Sibling Task Failed', 'hello: Sibling Task Failed'],
    },
    {
      name: 'followers when the leader is done',
      tasks: leader,
      given: { lead: done, log: running },
      want: ['log: Leader Task Dead'],
    },
    { name: 'nobody when a follower is done', tasks: leader, given: { lead: running, log: done }, want: [] },
  ])('$name', ({ tasks: group, given, want }) => {
    expect(casualties(group, given).map(({ task, event }) => `${task}: ${event(1).Type}`)).toEqual(want);
  });
});

test('an allocation is stopped leader first, sidecars last, poststop not at all', () => {
  const lead = aTask({ Name: 'lead', Leader: true });
  expect(stopOrder([...tasks, lead])).toEqual([['lead'], ['init', 'main', 'hello'], ['proxy']]);
});

test.each([
  { name: 'not before main runs', given: states(done, running, pending), want: false },
  { name: 'when main and its sidecar run', given: states(done, running, running), want: true },
  { name: 'not without its sidecar', given: states(done, pending, running), want: false },
])('services are announced: $name', ({ given, want }) => {
  expect(serving(tasks, given)).toBe(want);
});
