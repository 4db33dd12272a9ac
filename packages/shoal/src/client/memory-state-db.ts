import type { AllocRecord, StateDb } from './state-db.ts';

/** Keeps the client's state for as long as the process lives: for tests, and nothing else. */
export function memoryStateDb(): StateDb {
  const records = new Map<string, AllocRecord>();
  const update = async (id: string, change: (record: AllocRecord) => AllocRecord) => {
    const record = records.get(id);
    if (record !== undefined) records.set(id, structuredClone(change(record)));
  };
  return {
    load: () => structuredClone([...records.values()]),
    putAllocation: async (allocation) => {
      const known = records.get(allocation.ID) ?? { tasks: {}, health: null };
      records.set(allocation.ID, structuredClone({ ...known, allocation }));
    },
    putTask: (id, task, state) => update(id, (record) => ({ ...record, tasks: { ...record.tasks, [task]: state } })),
    putHealth: (id, health) => update(id, (record) => ({ ...record, health })),
    remove: async (id) => void records.delete(id),
    close: async () => undefined,
  };
}
