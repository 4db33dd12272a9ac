import { describe, expect, test } from 'vitest';
import { serviceInstances, worstStatus } from '../../src/catalog/health.ts';
import { blockingQuery } from '../../src/state/blocking.ts';
import type { State } from '../../src/state/state.ts';
import { deregister, emptyState, register } from './catalog-state.ts';

describe('worstStatus', () => {
  test.each([
    { given: [], want: 'passing' },
    { given: ['passing', 'warning', 'passing'], want: 'warning' },
    { given: ['warning', 'critical'], want: 'critical' },
  ] as const)('$given is $want', ({ given, want }) => {
    expect(worstStatus(given.map((Status) => ({ Status })))).toBe(want);
  });
});

describe('the index of a service', () => {
  const read = (state: State) => {
    const reading = state.read();
    serviceInstances(reading, 'web');
    return reading.index;
  };
  test.each([
    {
      name: 'its own check',
      write: (state: State) => register(state, { Service: {}, Checks: [{ ServiceID: 'web', Status: 'passing' }] }),
      grows: true,
    },
    {
      name: "its node's check",
      write: (state: State) => register(state, { Checks: [{ CheckID: 'nc', Name: 'nc' }] }),
      grows: true,
    },
    { name: "its node's address", write: (state: State) => register(state, { Address: '10.9.9.9' }), grows: true },
    { name: 'another instance', write: (state: State) => register(state, { Node: 'n2', Service: {} }), grows: true },
    { name: 'an instance that goes', write: (state: State) => deregister(state, { ServiceID: 'web' }), grows: true },
    {
      name: "another service's check on the node",
      write: (state: State) =>
        register(state, { Service: { Service: 'db' }, Checks: [{ CheckID: 'd', ServiceID: 'db' }] }),
      grows: false,
    },
    {
      name: 'a key',
      write: (state: State) => state.commit({ ops: [{ kind: 'put', table: 'kv', key: 'k', value: {} }] }),
      grows: false,
    },
  ])('$name: grows $grows, and a blocked reader is woken only then', async ({ write, grows }) => {
    const state = await emptyState();
    await register(state, { Service: {}, Checks: [{ ServiceID: 'web' }] });
    const before = read(state);
    const waiting = blockingQuery(
      state,
      { index: before, waitMs: grows ? 20_000 : 200, random: () => 0, now: () => performance.now() },
      (reading) => serviceInstances(reading, 'web'),
    );
    await write(state);
    expect((await waiting).read.index > before).toBe(grows);
    expect(read(state) > before).toBe(grows);
  });
});
