import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStateDb } from '../../src/client/lmdb-state-db.ts';
import { memoryStateDb } from '../../src/client/memory-state-db.ts';
import type { StateDb, TaskRecord } from '../../src/client/state-db.ts';
import { tempDir } from '../support/temp-dir.ts';
import { anAllocation, aTaskState } from './support/builders.ts';

const record: TaskRecord = { state: aTaskState(), handle: null, phase: 'starting', restarts: null, hooks: {} };
const health = { deploymentId: 'd', since: 1, healthy: null };

const kinds: { name: string; open: () => Promise<StateDb> }[] = [
  { name: 'memory', open: async () => memoryStateDb() },
  { name: 'lmdb', open: async () => openStateDb(join(await tempDir(), 'client', 'state.mdb')) },
];

describe.each(kinds)('the client state in $name', ({ open }) => {
  const opened = async () => {
    const db = await open();
    onTestFinished(() => db.close());
    return db;
  };

  test('is handed back as it was put', async () => {
    const db = await opened();
    const one = anAllocation();
    await db.putAllocation(one);
    await db.putTask(one.ID, 't', record);
    await db.putHealth(one.ID, health);
    expect(db.load()).toEqual([{ allocation: one, tasks: { t: record }, health }]);
  });

  test('a later put replaces, and leaves the rest', async () => {
    const db = await opened();
    const one = anAllocation();
    await db.putAllocation(one);
    await db.putTask(one.ID, 't', record);
    await db.putTask(one.ID, 'u', record);
    await db.putTask(one.ID, 't', { ...record, phase: 'started' });
    await db.putAllocation({ ...one, DesiredStatus: 'stop' });
    const [found] = db.load();
    expect(found?.allocation.DesiredStatus).toBe('stop');
    expect(found?.tasks).toEqual({ t: { ...record, phase: 'started' }, u: record });
  });

  test('what is removed is gone with its tasks; its neighbours stay', async () => {
    const db = await opened();
    const [one, two] = [anAllocation(), anAllocation()];
    await db.putAllocation(one);
    await db.putTask(one.ID, 't', record);
    await db.putAllocation(two);
    await db.remove(one.ID);
    await db.remove('unknown');
    expect(db.load().map(({ allocation }) => allocation.ID)).toEqual([two.ID]);
  });
});

test('lmdb keeps it over a restart, and ignores tasks without an allocation', async () => {
  const path = join(await tempDir(), 'state.mdb');
  const first = openStateDb(path);
  const one = anAllocation();
  await first.putAllocation(one);
  await first.putTask('orphan', 't', record);
  await first.close();
  const second = openStateDb(path);
  onTestFinished(() => second.close());
  expect(second.load()).toEqual([{ allocation: one, tasks: {}, health: null }]);
});
