import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExitResult } from '../drivers/driver.ts';

/** What a supervisor must know of a task to take it over from one that was killed. */
export type TaskRecord = {
  version: 1;
  id: string;
  allocId: string;
  task: string;
  bootId: string;
  logDir: string;
  maxFiles: number;
  maxFileSizeBytes: number;
  discard?: boolean;
  /** The folder of its control group; "" if it has none. */
  cgroup: string;
  /** Somebody else made the control group. */
  cgroupIsForeign?: boolean;
  /** 0 until the process runs. */
  pid: number;
  startTicks: number;
  /** The task's own process, where `pid` is its keeper. */
  kept?: { pid: number; startTicks: number };
  startedAt: number;
  phase: 'starting' | 'running' | 'ending' | 'ended';
  exit: ExitResult | null;
};

export type Records = {
  load(): TaskRecord[];
  /** Whole or not at all. `durable`: resolves when it would survive a power cut. */
  save(record: TaskRecord, how: { durable: boolean }): Promise<void>;
  remove(id: string): Promise<void>;
};

/** One small file per task. Files that cannot be read are reported and left alone. */
export function openRecords(dir: string, onBadFile: (path: string, reason: string) => void): Records {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const queues = new Map<string, Promise<void>>();
  const pathOf = (id: string): string =>
    join(dir, `${createHash('sha256').update(id).digest('hex').slice(0, 32)}.json`);

  /** Writes of one task keep their order. */
  const inOrder = (id: string, work: () => Promise<void>): Promise<void> => {
    const run = (queues.get(id) ?? Promise.resolve()).then(work, work);
    queues.set(id, run);
    const done = (): void => {
      if (queues.get(id) === run) queues.delete(id);
    };
    run.then(done, done);
    return run;
  };
  return {
    load: () => loadAll(dir, onBadFile),
    save: (record, how) => {
      const text = JSON.stringify(record);
      return inOrder(record.id, () => writeWhole(pathOf(record.id), text, how.durable));
    },
    remove: (id) => inOrder(id, () => rm(pathOf(id), { force: true })),
  };
}

async function writeWhole(path: string, text: string, durable: boolean): Promise<void> {
  const file = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await file.writeFile(text);
    if (durable) await file.datasync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
  if (durable) await syncFolder(dirname(path));
}

/** The new name is in the folder, which is written by itself. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function loadAll(dir: string, onBadFile: (path: string, reason: string) => void): TaskRecord[] {
  const records: TaskRecord[] = [];
  for (const name of readdirSync(dir)) {
    const path = join(dir, name);
    if (name.endsWith('.tmp')) rmSync(path, { force: true });
    if (!name.endsWith('.json')) continue;
    try {
      records.push(checkRecord(JSON.parse(readFileSync(path, 'utf8'))));
    } catch (error) {
      onBadFile(path, String(error));
    }
  }
  return records;
}

function checkRecord(value: unknown): TaskRecord {
  const record = value as Partial<TaskRecord> | null;
  if (record?.version !== 1 || typeof record.id !== 'string' || typeof record.pid !== 'number' || !record.phase) {
    throw new TypeError('not a task record of version 1');
  }
  return record as TaskRecord;
}
