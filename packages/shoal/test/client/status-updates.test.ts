import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/client/clock.ts';
import type { AllocationUpdate } from '../../src/client/server-connection.ts';
import { createStatusUpdates } from '../../src/client/status-updates.ts';
import { silentLog } from '../../src/log.ts';
import { until } from '../support/until.ts';

const anUpdate = (id: string, clientDescription: string): AllocationUpdate => ({
  ...{ id, clientStatus: 'running', clientDescription, taskStates: {}, deploymentHealthy: null, networkStatus: null },
});

/** Updates towards a server that refuses as often as told. */
function sending(refusals = 0) {
  const state: Record<string, string> = {};
  const requests: string[][] = [];
  let left = refusals;
  const updates = createStatusUpdates({
    server: {
      async updateAllocations(_node, list) {
        left -= 1;
        if (left >= 0) throw new Error('not now');
        requests.push(list.map(({ id, clientDescription }) => `${id}: ${clientDescription}`));
      },
    },
    nodeId: 'n',
    report: (id) => (state[id] === undefined ? undefined : anUpdate(id, state[id])),
    clock: systemClock,
    random: () => 0,
    log: silentLog,
  });
  onTestFinished(() => updates.stop(0));
  const set = (id: string, text: string) => {
    state[id] = text;
    updates.dirty(id);
  };
  updates.start();
  return { updates, requests, set };
}

test('changes that come together go together, in their last form', async () => {
  const { requests, set } = sending();
  set('a', 'one');
  set('b', 'one');
  set('a', 'two');
  await until('sent', () => requests.length > 0);
  expect(requests).toEqual([['a: two', 'b: one']]);
});

test('what a server refuses is sent again, as it is then', async () => {
  const { requests, set } = sending(2);
  set('a', 'one');
  await until('refused once', () => true);
  set('a', 'two');
  set('b', 'one');
  await until('sent', () => requests.length > 0);
  expect(requests).toEqual([['a: two', 'b: one']]);
});

test('what was said is not repeated, and what was not said can be told apart', async () => {
  const { updates, requests, set } = sending();
  set('a', 'one');
  expect(updates.isTold('a')).toBe(false);
  await until('sent', () => requests.length === 1);
  await until('told', () => updates.isTold('a'));
  updates.dirty('a');
  set('b', 'one');
  await until('sent', () => requests.length === 2);
  expect(requests[1]).toEqual(['b: one']);
});

test('stop sends what is open; what is dropped is not sent', async () => {
  const { updates, requests, set } = sending();
  set('a', 'one');
  set('b', 'one');
  updates.drop('a');
  await updates.stop(1_000);
  expect(requests).toEqual([['b: one']]);
});

test('what is on its way to a server that does not answer is told at once when that is asked for', async () => {
  const requests: string[] = [];
  const updates = createStatusUpdates({
    server: {
      async updateAllocations(_node, list, signal) {
        requests.push(...list.map(({ id }) => id));
        if (requests.length === 1) await new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
      },
    },
    nodeId: 'n',
    report: (id) => anUpdate(id, 'one'),
    clock: systemClock,
    random: () => 0,
    log: silentLog,
  });
  onTestFinished(() => updates.stop(0));
  updates.start();
  updates.dirty('a');
  await until('it hangs', () => requests.length === 1);
  updates.dirty('b');
  await updates.flush(AbortSignal.timeout(5_000));
  expect(requests).toEqual(['a', 'b', 'a']);
  expect([updates.isTold('a'), updates.isTold('b')]).toEqual([true, true]);
});
