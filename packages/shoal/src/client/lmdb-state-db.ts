import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Allocation } from '@shoal/api';
import { open } from 'lmdb';
import { commitFailure } from '../lmdb/failure.ts';
import { type FileStats, lmdbRoom, makeRoomToOpen, type Need } from '../lmdb/room.ts';
import { StateWriteError } from './errors.ts';
import type { AllocRecord, HealthRecord, StateDb, TaskRecord } from './state-db.ts';

/** At most; ids are UUIDs, and names of tasks are short. */
const KEY_BYTES = 300;

/**
 * LMDB rather than a file per allocation: a burst of starts becomes a few group commits instead of a thousand files synced one by one, and a
 * record is there whole or not at all. Keys are `[allocId, 'allocation' | 'health']` and `[allocId, 'task', name]`.
 */
export function openStateDb(path: string): StateDb {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // lmdb's own batches by turns of the event loop have promises that nobody can await.
  try {
    makeRoomToOpen({ data: path, lock: `${path}-lock` });
  } catch (error) {
    throw new StateWriteError(path, error);
  }
  const db = open<string, string[]>({ path, encoding: 'string', noSubdir: true, eventTurnBatching: false });
  const room = lmdbRoom(path, () => db.getStats() as FileStats);
  const write = async (need: Need, change: () => void) => {
    try {
      await room.during(need, () => db.batch(change));
    } catch (error) {
      throw new StateWriteError(path, await commitFailure(error));
    }
  };
  const put = (key: string[], value: object) => {
    const text = JSON.stringify(value);
    return write({ bytes: Buffer.byteLength(text) + KEY_BYTES, scattered: 1 }, () => void db.put(key, text));
  };
  return {
    load: () => loadRecords(db.getRange()),
    putAllocation: (allocation) => put([allocation.ID, 'allocation'], allocation),
    putTask: (id, task, record) => put([id, 'task', task], record),
    putHealth: (id, health) => put([id, 'health'], health),
    remove: async (id) => {
      const keys = [...db.getKeys({ start: [id], end: [id, '\uffff'] })];
      await write({ bytes: 0, scattered: keys.length }, () => {
        for (const key of keys) void db.remove(key);
      });
    },
    close: () => db.close(),
  };
}

// Only this file writes the rows, so their kind follows from the key. Rows without their allocation are remains of a removal that was cut short.
function loadRecords(rows: Iterable<{ key: string[]; value: string }>): AllocRecord[] {
  const found = new Map<string, Partial<AllocRecord> & { tasks: Record<string, TaskRecord> }>();
  for (const { key, value: text } of rows) {
    const value: unknown = JSON.parse(text);
    const [id = '', kind, task = ''] = key;
    const record = found.get(id) ?? { tasks: {} };
    if (kind === 'allocation') record.allocation = value as Allocation;
    if (kind === 'health') record.health = value as HealthRecord;
    if (kind === 'task') record.tasks[task] = value as TaskRecord;
    found.set(id, record);
  }
  return [...found.values()].flatMap(({ allocation, tasks, health = null }) =>
    allocation === undefined ? [] : [{ allocation, tasks, health }],
  );
}
