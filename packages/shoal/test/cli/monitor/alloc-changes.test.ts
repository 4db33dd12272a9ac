import type { AllocStub, TaskEvent } from '@shoal/api';
import { expect, test } from 'vitest';
import { allocChanges } from '../../../src/cli/monitor/alloc-changes.ts';
import { watch } from '../../../src/cli/monitor/watch.ts';

const ID = '85d9bbbf-0146-147f-158b-86cdefef85e4';

type Given = { status: string; created?: number; healthy?: boolean; events?: [number, string, string][] };

function alloc({ status, created = 10, healthy, events = [] }: Given): AllocStub {
  const Events = events.map(
    ([Time, Type, DisplayMessage]) => ({ Time, Type, DisplayMessage, ExitCode: 1 }) as TaskEvent,
  );
  return {
    ID,
    CreateIndex: created,
    ClientStatus: status,
    ClientDescription: status === 'running' ? 'Tasks are running' : '',
    DeploymentStatus: healthy === undefined ? null : { Healthy: healthy },
    TaskStates: { server: { Events } },
  } as unknown as AllocStub;
}

test('only what is new is said, and nothing ordinary', () => {
  const changes = allocChanges({ verbose: false, since: 10 });
  const started: [number, string, string] = [1, 'Started', 'Task started by client'];
  const ended: [number, string, string] = [2, 'Terminated', 'Exit Code: 1'];
  expect(changes([alloc({ status: 'pending' })])).toEqual([]);
  expect(changes([alloc({ status: 'running', events: [started] })])).toEqual([
    'Allocation "85d9bbbf" status changed: "pending" -> "running" (Tasks are running)',
  ]);
  expect(changes([alloc({ status: 'running', events: [started, ended] })])).toEqual([
    'Allocation "85d9bbbf": task "server": Terminated: Exit Code: 1',
  ]);
  expect(changes([alloc({ status: 'running', events: [started, ended], healthy: false })])).toEqual([
    'Allocation "85d9bbbf" is unhealthy',
  ]);
  expect(changes([alloc({ status: 'running', events: [started, ended], healthy: false })])).toEqual([]);
});

test('what had happened to a new one before the first look is said as well', () => {
  expect(allocChanges({ verbose: false, since: 10 })([alloc({ status: 'failed' })])).toEqual([
    'Allocation "85d9bbbf" status changed: "pending" -> "failed"',
  ]);
});

test('of one that was there before only what is new from the first look on', () => {
  const changes = allocChanges({ verbose: false, since: 10 });
  const ended: [number, string, string] = [2, 'Terminated', 'Exit Code: 1'];
  expect(changes([alloc({ created: 9, status: 'running', events: [ended] })])).toEqual([]);
  expect(changes([alloc({ created: 9, status: 'running', events: [ended], healthy: true })])).toEqual([
    'Allocation "85d9bbbf" is healthy',
  ]);
  expect(changes([alloc({ created: 9, status: 'failed', events: [ended], healthy: true })])).toEqual([
    'Allocation "85d9bbbf" status changed: "running" -> "failed"',
  ]);
});

test('a watch asks from the index that it has, passes over what is no news, and begins again when the index goes back', async () => {
  const answers = [5, 5, 9, 2, 3].map((index) => ({ value: `at ${index}`, index }));
  const asked: (number | undefined)[] = [];
  const stop = new AbortController();
  const seen: string[] = [];
  const read = async ({ index }: { index?: number }) => {
    asked.push(index);
    const next = answers.shift();
    if (!next) throw new Error('closed');
    return next;
  };
  for await (const value of watch(read, stop.signal)) {
    seen.push(value);
    if (value === 'at 3') stop.abort();
  }
  expect(seen).toEqual(['at 5', 'at 9', 'at 2', 'at 3']);
  expect(asked).toEqual([undefined, 5, 5, 9, undefined]);
});

test('a watch fails with what it reads', async () => {
  const read = async () => {
    throw new Error('refused');
  };
  await expect(watch(read, new AbortController().signal).next()).rejects.toThrow('refused');
});
