import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { type Stamped, Table } from '../../src/state/table.ts';

type Row = Stamped & { readonly ID: string; readonly Job: string };

const table = () => new Table<Row, 'job'>({ name: 'rows', indexes: { job: ({ Job }) => Job } });
const put = (key: string, job: string, modifyIndex: number) => {
  const value = { ID: key, Job: job };
  return { table: 'rows', key, value, createIndex: modifyIndex, modifyIndex };
};
const gone = (key: string, modifyIndex: number) => ({
  ...{ table: 'rows', key, value: undefined },
  ...{ createIndex: 0, modifyIndex },
});

test('a value of a secondary index that has lost its last row keeps its index, and has rows again later', () => {
  const rows = table();
  rows.apply(put('a', 'one', 1));
  rows.apply(put('b', 'two', 2));
  rows.apply(put('a', 'two', 3));
  rows.apply(gone('b', 4));
  const look = (job: string) => [[...rows.by('job', job)].map(({ ID }) => ID).join(), rows.indexOfValue('job', job)];
  expect([look('one'), look('two'), [...rows.valuesOf('job')]]).toEqual([['', 3], ['a', 4], ['two']]);
  rows.apply(put('c', 'one', 5));
  expect([look('one'), [...rows.valuesOf('job')].sort()]).toEqual([
    ['c', 5],
    ['one', 'two'],
  ]);
});

test('values that come and go for months leave no memory behind', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = () => {
    collect();
    return process.memoryUsage().heapUsed / 1024 / 1024;
  };
  const rows = table();
  // As many as deletions are remembered of, and twice as many after them.
  const cycle = (count: number, from: number) => {
    for (let at = from; at < from + count; at += 1) {
      rows.apply(put(`key-${at}`, `job-${at}-${'x'.repeat(500)}-${at}`, 2 * at));
      rows.apply(gone(`key-${at}`, 2 * at + 1));
    }
  };
  cycle(25_000, 1);
  const before = heap();
  cycle(50_000, 25_001);
  expect(heap() - before).toBeLessThan(10);
});
