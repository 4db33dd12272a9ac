import { expect, onTestFinished, test } from 'vitest';
import type { Change, ChangeSet, Op, Store } from '../../src/store/contract.ts';
import { tempDir } from '../support/temp-dir.ts';

/** What every store must do. `open` opens the same data again when it is given the same folder. */
export function storeContract(open: (dir: string) => Promise<Store>): void {
  const opened = async (dir?: string) => {
    const store = await open(dir ?? (await tempDir()));
    onTestFinished(() => store.close());
    return store;
  };

  test('an empty store has index 0 and no rows', async () => {
    const store = await opened();
    expect(store.index()).toBe(0);
    expect(await rows(store)).toEqual([]);
  });

  test('each commit has the next index, and a row keeps its create index', async () => {
    const store = await opened();
    expect(await store.commit({ ops: [put('a', 1)] })).toEqual({ ok: true, index: 1 });
    expect(await store.commit({ ops: [put('a', 2), put('b', 1)] })).toEqual({ ok: true, index: 2 });
    expect(store.index()).toBe(2);
    expect(await rows(store)).toEqual([
      { table: 't', key: 'a', value: { v: 2 }, createIndex: 1, modifyIndex: 2 },
      { table: 't', key: 'b', value: { v: 1 }, createIndex: 2, modifyIndex: 2 },
    ]);
  });

  test('a row that was deleted and written again is a new row', async () => {
    const store = await opened();
    await store.commit({ ops: [put('a', 1)] });
    await store.commit({ ops: [remove('a')] });
    await store.commit({ ops: [put('a', 2)] });
    expect(await rows(store)).toMatchObject([{ createIndex: 3, modifyIndex: 3 }]);
  });

  test('a precondition that does not hold refuses the whole transaction and says what was found', async () => {
    const store = await opened();
    await store.commit({ ops: [put('a', 1)] });
    const refused = await store.commit({ ops: [put('b', 1)], require: [{ table: 't', key: 'a', modifyIndex: 7 }] });
    expect(refused).toEqual({ ok: false, conflict: { table: 't', key: 'a', modifyIndex: 7 }, found: 1 });
    expect(await rows(store)).toHaveLength(1);
  });

  test('of writers that race to create a row exactly one wins', async () => {
    const store = await opened();
    const absent = [{ table: 't', key: 'a', modifyIndex: 0 }];
    const results = await Promise.all([1, 2, 3, 4].map((v) => store.commit({ ops: [put('a', v)], require: absent })));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
  });

  test('preconditions see commits that are not durable yet', async () => {
    const store = await opened();
    const first = store.commit({ ops: [put('a', 1)] });
    const second = store.commit({ ops: [put('a', 2)], require: [{ table: 't', key: 'a', modifyIndex: 1 }] });
    expect([(await first).ok, (await second).ok]).toEqual([true, true]);
  });

  test('followers have each change before its commit is answered, in order', async () => {
    const store = await opened();
    const seen: number[] = [];
    store.follow(0, (set) => seen.push(set.index));
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const result = await store.commit({ ops: [put(`k${i}`, i)] });
        return result.ok && seen.includes(result.index);
      }),
    );
    expect(answers.every(Boolean)).toBe(true);
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  });

  test('a follower that comes late gets what it missed', async () => {
    const store = await opened();
    await store.commit({ ops: [put('a', 1)] });
    await store.commit({ ops: [remove('a')] });
    const seen: ChangeSet[] = [];
    store.follow(1, (set) => seen.push(set));
    expect(seen).toEqual([
      { index: 2, changes: [{ table: 't', key: 'a', value: undefined, createIndex: 2, modifyIndex: 2 }] },
    ]);
  });

  test('a follower that is too far behind is told to load again', async () => {
    const dir = await tempDir();
    const first = await open(dir);
    await first.commit({ ops: [put('a', 1)] });
    await first.close();
    const store = await opened(dir);
    expect(store.follow(0, () => {})).toBe('compacted');
  });

  test('what was answered is there after opening again, and the index goes on', async () => {
    const dir = await tempDir();
    const first = await open(dir);
    await first.commit({ ops: [put('a', 1), put('b', 2)] });
    await first.commit({ ops: [remove('b')] });
    await first.close();
    const store = await opened(dir);
    expect(await rows(store)).toMatchObject([{ key: 'a', value: { v: 1 }, createIndex: 1, modifyIndex: 1 }]);
    expect(await store.commit({ ops: [put('c', 3)] })).toEqual({ ok: true, index: 3 });
  });

  test('a transaction over a limit, or with a key twice, is refused whole', async () => {
    const store = await opened();
    await expect(store.commit({ ops: [put('a', 1), put('a', 2)] })).rejects.toMatchObject({ code: 'store-limit' });
    await expect(store.commit({ ops: [put('k'.repeat(store.limits.keyBytes), 1)] })).rejects.toMatchObject({
      code: 'store-limit',
    });
    const many = Array.from({ length: store.limits.opsPerTxn + 1 }, (_, i) => put(`k${i}`, i));
    await expect(store.commit({ ops: many })).rejects.toMatchObject({ code: 'store-limit' });
    expect(await rows(store)).toEqual([]);
  });

  test('a closed store says so', async () => {
    const store = await open(await tempDir());
    await store.close();
    await store.close();
    await expect(store.commit({ ops: [put('a', 1)] })).rejects.toMatchObject({ code: 'store-closed' });
  });

  test('keys and values of any script survive', async () => {
    const dir = await tempDir();
    const first = await open(dir);
    await first.commit({ ops: [put('ключ/ñ/鍵 \u0001', 1)] });
    await first.close();
    expect(await rows(await opened(dir))).toMatchObject([{ key: 'ключ/ñ/鍵 \u0001', value: { v: 1 } }]);
  });
}

export function put(key: string, v: number): Op {
  return { kind: 'put', table: 't', key, value: { v } };
}

export function remove(key: string): Op {
  return { kind: 'delete', table: 't', key };
}

export async function rows(store: Store): Promise<Change[]> {
  const all: Change[] = [];
  for await (const batch of store.load()) all.push(...batch);
  return all;
}
