import { describe, expect, test } from 'vitest';
import { deleteKey, deleteTree, listKeys, putKey } from '../../src/catalog/kv.ts';
import type { State } from '../../src/state/state.ts';
import { emptyState } from './catalog-state.ts';

const put = (state: State, key: string, cas?: number) =>
  putKey(state, { key, value: Buffer.from('v'), flags: '0', ...(cas !== undefined && { cas }) });

describe('the key/value store', () => {
  test('of many who create a key at the same time one succeeds', async () => {
    const state = await emptyState();
    const results = await Promise.all(Array.from({ length: 20 }, () => put(state, 'k', 0)));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  test('compares before it writes and before it deletes', async () => {
    const state = await emptyState();
    await put(state, 'k');
    const index = state.tables.kv.get('k')?.ModifyIndex ?? 0;
    expect(await put(state, 'k', index + 1)).toBe(false);
    expect(await put(state, 'k', index)).toBe(true);
    expect(await deleteKey(state, 'k', index)).toBe(false);
    expect(await deleteKey(state, 'k', 0)).toBe(false);
    expect(await deleteKey(state, 'k', state.tables.kv.get('k')?.ModifyIndex)).toBe(true);
    expect(await deleteKey(state, 'k', 12345)).toBe(true);
  });

  test('lists keys up to a separator', async () => {
    const state = await emptyState();
    for (const key of ['a', 'a/b', 'a/b/c', 'a/d', 'ab']) await put(state, key);
    const keys = (prefix: string, separator: string) => listKeys(state.read(), prefix, separator);
    expect(keys('', '')).toEqual(['a', 'a/b', 'a/b/c', 'a/d', 'ab']);
    expect(keys('', '/')).toEqual(['a', 'a/', 'ab']);
    expect(keys('a/', '/')).toEqual(['a/b', 'a/b/', 'a/d']);
    expect(keys('a', 'b')).toEqual(['a', 'a/b', 'a/d', 'ab']);
  });

  test('the index of a prefix counts its deletions and nothing beside it', async () => {
    const state = await emptyState();
    const index = () => {
      const read = state.read();
      listKeys(read, 'a/', '');
      return read.index;
    };
    await put(state, 'a/1');
    const before = index();
    await put(state, 'b/1');
    expect(index()).toBe(before);
    await deleteTree(state, 'a/');
    expect(index()).toBe(state.index());
  });
});
