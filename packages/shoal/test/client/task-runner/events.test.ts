import type { TaskEvent } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import * as events from '../../../src/client/task-runner/events.ts';
import { goldenJson } from '../../support/golden.ts';

/** All task events that the real program was seen to make. */
function recorded(): TaskEvent[] {
  const names = [
    'tasks-failing-restarts',
    'tasks-kill-signal-timeout',
    'client-restart',
    'tasks-artifact',
    'tasks-driver-failure',
  ];
  const found: TaskEvent[] = [];
  const walk = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    if ('DisplayMessage' in value) found.push(value as TaskEvent);
    for (const child of Object.values(value)) walk(child);
  };
  for (const name of names) walk(goldenJson('nomad', 'golden', `${name}.golden.json`));
  return found;
}

const exit = (exitCode: number, signal = 0) => events.terminated({ exitCode, signal, oomKilled: false });
const failure = 'failed to launch command with executor <detail>';

describe('events are those of the recordings', () => {
  const all = recorded();
  test.each([
    { name: 'Received', ours: events.received() },
    { name: 'Task Setup', ours: events.taskSetup('Building Task Directory') },
    { name: 'Started', ours: events.started() },
    { name: 'Downloading Artifacts', ours: events.downloadingArtifacts() },
    { name: 'Terminated, 0', ours: exit(0) },
    { name: 'Terminated, 1', ours: exit(1) },
    { name: 'Terminated by a signal', ours: exit(137, 9) },
    { name: 'Killing', ours: events.killing(2e9) },
    { name: 'Killed', ours: events.killed() },
    { name: 'Driver Failure', ours: events.driverFailure(failure) },
    { name: 'Not Restarting', ours: events.notRestarting('Policy allows no restarts') },
    {
      name: 'Not Restarting, exceeded',
      ours: events.notRestarting('Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"'),
    },
    { name: 'Restart Signaled', ours: events.restartSignaled('User requested restart') },
    { name: 'Alloc Unhealthy', ours: events.allocUnhealthy('Unhealthy because of failed task') },
  ])('$name', ({ ours }) => {
    const event = ours(1);
    const twin = all.find(({ Type, DisplayMessage }) => Type === event.Type && DisplayMessage === event.DisplayMessage);
    expect({ ...event, Time: '<ns>' }).toEqual(twin);
  });

  test.each([
    {
      name: 'Restarting within policy',
      ours: events.restarting('Restart within policy', 300),
      want: 'Task restarting in 300ms',
    },
    { name: 'Restarting by a user', ours: events.restarting('', 0), want: 'Task restarting in 0s' },
  ])('$name', ({ ours, want }) => {
    const event = ours(1);
    const twin = all.find(({ Type, RestartReason }) => Type === 'Restarting' && RestartReason === event.RestartReason);
    const { DisplayMessage, StartDelay, Details, ...rest } = event;
    expect(rest).toEqual({ ...rest, ...pick(twin, Object.keys(rest)), Time: rest.Time });
    expect(Object.keys(Details)).toEqual(Object.keys(twin?.Details ?? {}));
    expect(DisplayMessage).toBe(want);
    expect(StartDelay).toBe(Number(Details['start_delay']));
  });
});

test('the newest ten are kept', () => {
  let list: TaskEvent[] = [];
  for (let n = 1; n <= 12; n += 1) list = events.withEvent(list, exit(n)(n));
  expect(list.map(({ ExitCode }) => ExitCode)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

function pick(event: TaskEvent | undefined, keys: string[]): Partial<TaskEvent> {
  return Object.fromEntries(Object.entries(event ?? {}).filter(([key]) => keys.includes(key)));
}
