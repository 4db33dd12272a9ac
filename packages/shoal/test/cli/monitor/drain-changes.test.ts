import type { Allocation } from '@shoal/api';
import { expect, test } from 'vitest';
import { drainChanges, isLeaving } from '../../../src/cli/monitor/drain-changes.ts';

type Given = { client?: string; desired?: string; migrate?: boolean };

function alloc({ client = 'running', desired = 'run', migrate = false }: Given): Allocation {
  return {
    ID: 'a1',
    ClientStatus: client,
    DesiredStatus: desired,
    ...(migrate && { DesiredTransition: { Migrate: true } }),
  } as unknown as Allocation;
}

const CASES: { name: string; looks: Given[]; want: string[][] }[] = [
  {
    name: 'step by step',
    looks: [
      {},
      { migrate: true },
      { migrate: true, desired: 'stop' },
      { migrate: true, desired: 'stop', client: 'complete' },
      { migrate: true, desired: 'stop', client: 'complete' },
    ],
    want: [[], ['marked for migration'], ['draining'], ['status running -> complete'], []],
  },
  {
    name: 'all at once',
    looks: [{}, { migrate: true, desired: 'stop', client: 'complete' }],
    want: [[], ['draining', 'status running -> complete']],
  },
  {
    name: 'looked at when it had begun',
    looks: [{ migrate: true, desired: 'stop' }],
    want: [['marked for migration', 'draining']],
  },
  { name: 'over before', looks: [{ migrate: true, desired: 'stop', client: 'complete' }], want: [[]] },
  { name: 'begun and ended by itself', looks: [{}, { client: 'failed' }], want: [[], ['status running -> failed']] },
];

test.each(CASES)('$name', ({ looks, want }) => {
  const changes = drainChanges();
  expect(looks.map((look) => changes([alloc(look)]))).toEqual(
    want.map((lines) => lines.map((line) => `Alloc "a1" ${line}`)),
  );
});

test('one that was told to go is waited for until it has gone', () => {
  expect(
    [{}, { desired: 'stop' }, { desired: 'stop', client: 'complete' }].map((each) => isLeaving(alloc(each))),
  ).toEqual([false, true, false]);
});
