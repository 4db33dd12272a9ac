import { describe, expect, test } from 'vitest';
import { blockingQuery } from '../../src/state/blocking.ts';
import type { Read } from '../../src/state/read.ts';
import type { State } from '../../src/state/state.ts';
import type { Op } from '../../src/store/contract.ts';
import { openTestState } from '../support/test-state.ts';

const kv = (key: string, value = 'x'): Op => ({
  kind: 'put',
  table: 'kv',
  key,
  value: { Key: key, Value: value, Flags: '0', LockIndex: 0 },
});
const gone = (key: string): Op => ({ kind: 'delete', table: 'kv', key });

async function commit(state: State, ...ops: Op[]): Promise<number> {
  const result = await state.commit({ ops });
  if (!result.ok) throw new Error('conflict');
  return result.index;
}

/** Indexes of the readings that a KV user makes. */
function indexes(state: State) {
  const of = (query: (read: Read) => unknown) => {
    const read = state.read();
    query(read);
    return read.index;
  };
  const { kv } = state.tables;
  return {
    a1: of((read) => read.get(kv, 'a/1')),
    a: of((read) => read.prefix(kv, 'a/')),
    b: of((read) => read.prefix(kv, 'b/')),
    none: of((read) => read.get(kv, 'zzz')),
    list: of((read) => read.all(kv)),
  };
}

describe('the index of a reading', () => {
  test('is the highest revision that touched what was read', async () => {
    const { state } = await openTestState();
    await commit(state, kv('a/1'));
    await commit(state, kv('a/2'));
    await commit(state, kv('b/1'));
    expect(indexes(state)).toEqual({ a1: 1, a: 2, b: 3, none: 1, list: 3 });
  });

  test('grows when a row goes, also for its prefix', async () => {
    const { state } = await openTestState();
    await commit(state, kv('a/1'), kv('a/2'));
    await commit(state, kv('b/1'));
    await commit(state, gone('a/1'));
    expect(indexes(state)).toMatchObject({ a1: 3, a: 3, b: 2 });
  });

  test('does not go back when the server starts again', async () => {
    const { state, path } = await openTestState();
    await commit(state, kv('a/1'));
    await commit(state, kv('a/2'));
    await commit(state, gone('a/2'));
    const before = indexes(state);
    await state.close();
    const after = indexes((await openTestState(path)).state);
    for (const [name, index] of Object.entries(before))
      expect(after[name as keyof typeof after]).toBeGreaterThanOrEqual(index);
  });
});

describe('a blocking query', () => {
  const options = (index: number, waitMs: number) => ({ index, waitMs, random: () => 0, now: () => performance.now() });

  test('is woken by a matching write and by no other', async () => {
    const { state } = await openTestState();
    await commit(state, kv('a/1'));
    let runs = 0;
    const query = blockingQuery(state, options(1, 10_000), (read) => {
      runs += 1;
      return read.get(state.tables.kv, 'a/1')?.Value;
    });
    for (let i = 0; i < 20; i += 1) await commit(state, kv(`b/${i}`));
    expect(runs).toBe(1);
    await commit(state, kv('a/1', 'new'));
    const { result, read } = await query;
    expect({ result, index: read.index, runs }).toEqual({ result: 'new', index: 22, runs: 2 });
  });

  test('on a prefix is woken by a new key and by a deletion', async () => {
    const { state } = await openTestState();
    const list = (read: Read) => read.prefix(state.tables.kv, 'a/').map((row) => row.Key);
    await commit(state, kv('x'));
    const created = blockingQuery(state, options(1, 10_000), list);
    await commit(state, kv('a/1'));
    expect((await created).result).toEqual(['a/1']);
    const deleted = blockingQuery(state, options(2, 10_000), list);
    await commit(state, gone('a/1'));
    expect((await deleted).result).toEqual([]);
  });

  test('answers with what there is when the time is over', async () => {
    const { state } = await openTestState();
    await commit(state, kv('a/1'));
    const { result, read } = await blockingQuery(
      state,
      options(1, 30),
      (reading) => reading.get(state.tables.kv, 'a/1')?.Value,
    );
    expect({ result, index: read.index }).toEqual({ result: 'x', index: 1 });
  });

  test('that knows an index from another life answers at once', async () => {
    const { state } = await openTestState();
    await commit(state, kv('a/1'));
    const { read } = await blockingQuery(state, options(1_000, 60_000), (reading) =>
      reading.get(state.tables.kv, 'a/1'),
    );
    expect(read.index).toBe(1);
  });

  test('leaves nothing behind when its caller goes', async () => {
    const { state } = await openTestState();
    await commit(state, kv('a/1'));
    const caller = new AbortController();
    const query = blockingQuery(state, { ...options(1, 60_000), signal: caller.signal }, (read) =>
      read.get(state.tables.kv, 'a/1'),
    );
    caller.abort();
    expect((await query).read.index).toBe(1);
  });

  test('thousands wait for their own', async () => {
    const { state } = await openTestState();
    await commit(state, ...Array.from({ length: 500 }, (_, i) => kv(`k/${i}`)));
    const queries = Array.from({ length: 5_000 }, (_, i) =>
      blockingQuery(state, options(1, 10_000), (read) => read.get(state.tables.kv, `k/${i % 500}`)?.Value),
    );
    await commit(state, ...Array.from({ length: 500 }, (_, i) => kv(`k/${i}`, 'new')));
    const values = new Set((await Promise.all(queries)).map(({ result }) => result));
    expect([...values]).toEqual(['new']);
  });
});
