import { describe, expect, test } from 'vitest';
import { openState, type State } from '../../src/state/state.ts';
import type { Op } from '../../src/store/contract.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { aJob, anAlloc, aStatus, putAlloc, putJob, putStatus } from '../support/rows.ts';
import { tempDir } from '../support/temp-dir.ts';

async function opened(path: string): Promise<{ state: State; defects: unknown[] }> {
  const defects: unknown[] = [];
  const store = await openEmbeddedStore({ path, mapSize: 64 * 1024 ** 2 });
  return { state: await openState(store, { onDefect: (error) => defects.push(error) }), defects };
}

describe('a follower that throws', () => {
  test('is reported; the commit is answered, and others are called', async () => {
    const { state, defects } = await opened(await tempDir());
    const seen: number[] = [];
    state.follow(() => {
      throw new Error('a defect');
    });
    state.follow(({ index }) => seen.push(index));
    expect(await state.commit({ ops: [putJob(aJob())] })).toEqual({ ok: true, index: 1 });
    expect(await state.commit({ ops: [putAlloc(anAlloc())] })).toEqual({ ok: true, index: 2 });
    expect(seen).toEqual([1, 2]);
    expect(defects.map(String)).toEqual(['Error: a defect', 'Error: a defect']);
    await state.close();
  });

  test('so does a row that cannot be taken in: the rest of its transaction is', async () => {
    const { state, defects } = await opened(await tempDir());
    const bad: Op = { kind: 'put', table: 'catalogNodes', key: 'n', value: { Node: 'n', ID: '' } };
    const worse: Op = { kind: 'put', table: 'catalogServices', key: 'n/s', value: { ServiceID: 's' } };
    expect(await state.commit({ ops: [worse, bad] })).toMatchObject({ ok: true });
    expect(state.tables.catalogNodes.get('n')).toBeDefined();
    expect(defects).toHaveLength(1);
    expect(state.index()).toBe(1);
    await state.close();
  });
});

describe('a snapshot', () => {
  test('is of its moment, however slowly it is read', async () => {
    const { state } = await opened(await tempDir());
    const ids = Array.from({ length: 1_200 }, (_, n) => `a${String(n).padStart(5, '0')}`);
    await state.commit({ ops: ids.map((ID) => putAlloc(anAlloc({ ID }))) });
    const reading = state.snapshot()[Symbol.iterator]();
    const keys = [reading.next().value?.key];
    await state.commit({
      ops: ids.slice(0, 600).map((key) => ({ kind: 'delete', table: 'allocs', key })),
    });
    await state.commit({ ops: [putAlloc(anAlloc({ ID: 'a00000x' }))] });
    for (let next = reading.next(); !next.done; next = reading.next()) keys.push(next.value.key);
    expect(keys).toEqual(ids);
    await state.close();
  });
});

describe('after a restart', () => {
  test("jobs' statuses are known, and indexes did not go back", async () => {
    const path = await tempDir();
    const before = await opened(path);
    await before.state.commit({ ops: [putJob(aJob()), putAlloc(anAlloc())] });
    await before.state.commit({ ops: [putStatus(aStatus({ ClientStatus: 'complete' }))] });
    const read = before.state.read();
    read.jobStatus(aJob());
    expect(before.state.summaries.get('default', 'j')?.status).toBe('dead');
    await before.state.close();

    const { state } = await opened(path);
    expect(state.summaries.get('default', 'j')?.status).toBe('dead');
    const again = state.read();
    again.jobStatus(aJob());
    expect(again.index).toBeGreaterThanOrEqual(read.index);
    await state.close();
  });
});
