import type { ExitResult } from '../drivers/driver.ts';
import { adoptAll } from './adoption.ts';
import type { Cgroups } from './cgroup.ts';
import { createEnding } from './ending.ts';
import { type Entry, endingSignal, SIGKILL, signalTask, statusOf } from './entry.ts';
import { messageOf, SupervisorError } from './errors.ts';
import { bootId } from './proc.ts';
import type { StartRequest, TaskStatus } from './protocol.ts';
import type { Records, TaskRecord } from './records.ts';
import type { SpareFifos } from './spare-fifos.ts';
import { startEntry } from './starting.ts';

/**
 * The tasks of a node. A task's life:
 *
 *   starting → running → ending (the main process is gone) → ended (nothing of it is left, its output is written) → forgotten
 *
 * Every step is in the task's record before the next one is taken, so that another supervisor can go on from it.
 */
export type Tasks = {
  start(request: StartRequest): Promise<TaskStatus>;
  wait(id: string): Promise<ExitResult>;
  stop(id: string, signal: number, timeoutMs: number): Promise<void>;
  signal(id: string, signal: number): void;
  status(id: string): TaskStatus | undefined;
  list(): TaskStatus[];
  forget(id: string): Promise<void>;
  /** Tasks that have not ended. */
  alive(): number;
};

export type TasksDeps = {
  records: Records;
  cgroups: Cgroups;
  fifos: SpareFifos;
  log(message: string): void;
  onIdle(): void;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Takes over what an earlier supervisor left. */
export function createTasks({ records, cgroups, fifos, log, onIdle }: TasksDeps): Tasks {
  const entries = new Map<string, Entry>();
  const boot = bootId();

  const save = async (record: TaskRecord, durable = false): Promise<void> => {
    try {
      await records.save(record, { durable });
    } catch (error) {
      log(`${record.id}: its record cannot be written (${messageOf(error)})`);
    }
  };
  const remove = async (id: string): Promise<void> => {
    await records
      .remove(id)
      .catch((error: unknown) => log(`${id}: its record cannot be removed (${messageOf(error)})`));
  };
  const alive = (): number => [...entries.values()].filter(({ record }) => record.phase !== 'ended').length;
  const onEnded = (): void => {
    if (alive() === 0) onIdle();
  };
  const ending = createEnding({ save, log, onEnded });
  const adopted = adoptAll(records.load(), { boot, ending, save, forget: remove, log });
  for (const entry of adopted.entries) entries.set(entry.record.id, entry);

  /** A start whose answer the agent never got leaves a task that it does not know: never two of one task. */
  const makeWay = async (request: StartRequest): Promise<void> => {
    // Only earlier ones, so that two starts never wait for each other.
    const earlier = [...entries.values()];
    await adopted.cleaned;
    for (const other of earlier) {
      const { id, allocId, task, phase } = other.record;
      if (id === request.id || allocId !== request.allocId || task !== request.task || phase === 'ended') continue;
      log(`${id}: replaced by ${request.id}`);
      await other.started.catch(() => {});
      signalTask(other, SIGKILL);
      await other.ended.catch(() => {});
    }
  };
  const get = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new SupervisorError('unknown_task', `no task "${id}"`);
    return entry;
  };
  const begin = (request: StartRequest): Entry => {
    const entry = startEntry(request, { cgroups, fifos, boot, ending, save, log, makeWay });
    entries.set(request.id, entry);
    return entry;
  };
  return {
    async start(request) {
      const entry = entries.get(request.id) ?? begin(request);
      try {
        await entry.started;
      } catch (error) {
        entries.delete(request.id);
        await remove(request.id);
        if (error instanceof SupervisorError) throw error;
        throw new SupervisorError('spawn_failed', messageOf(error), { cause: error });
      }
      return statusOf(entry.record);
    },
    wait: (id) => get(id).ended,
    async stop(id, signal, timeoutMs) {
      const entry = get(id);
      await entry.started;
      if (entry.record.phase === 'ended') return;
      const killAt = performance.now() + Math.min(timeoutMs, LONGEST_TIMER_MS);
      const isFirst = entry.killAt === undefined;
      entry.killAt = Math.min(entry.killAt ?? killAt, killAt);
      if (isFirst) signalTask(entry, endingSignal(entry, signal));
      const timer = setTimeout(() => signalTask(entry, SIGKILL), entry.killAt - performance.now());
      await entry.ended;
      clearTimeout(timer);
    },
    signal(id, signal) {
      const entry = get(id);
      if (entry.record.phase !== 'running') throw new SupervisorError('not_running', `task "${id}" does not run`);
      signalTask(entry, signal);
    },
    status: (id) => known(entries.get(id)),
    list: () => [...entries.values()].map(known).filter((status) => status !== undefined),
    async forget(id) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      if (entry.record.phase !== 'ended') throw new SupervisorError('busy', `task "${id}" has not ended`);
      entries.delete(id);
      await remove(id);
    },
    alive,
  };
}

/** A task that is starting is not known yet. */
function known(entry: Entry | undefined): TaskStatus | undefined {
  return entry === undefined || entry.record.phase === 'starting' ? undefined : statusOf(entry.record);
}
