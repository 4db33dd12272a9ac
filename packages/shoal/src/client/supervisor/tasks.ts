import type { ExitResult } from '../drivers/driver.ts';
import { createAdoptedWatch } from './adopted.ts';
import { codeOf, messageOf, SupervisorError } from './errors.ts';
import { createGroupWatch } from './group-watch.ts';
import { type Launched, launch } from './launch.ts';
import { openOutput, reopenOutput } from './output.ts';
import { bootId, isAlive, readStat } from './proc.ts';
import type { StartRequest, TaskStatus } from './protocol.ts';
import type { Records, TaskRecord } from './records.ts';
import { createSweeper } from './sweeper.ts';

/**
 * The tasks of a node. A task's life:
 *
 *   starting → running → ending (the main process is gone) → ended (nothing of it is left, its output is written) → forgotten
 *
 * Every step is in the task's record before the next one is taken, so that another supervisor can go on from it.
 */
export type Tasks = {
  /** Takes over what an earlier supervisor left. Called once, before anything else. */
  adopt(): void;
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

export type TasksDeps = { records: Records; log(message: string): void; onIdle(): void };

type Entry = {
  record: TaskRecord;
  started: Promise<void>;
  ended: Promise<ExitResult>;
  /** The main process ended while somebody watched. */
  endSeen: boolean;
  /** Until then (performance.now) a task that is being stopped may use its time; undefined if nobody stops it. */
  killAt: number | undefined;
};

const SIGKILL = 9;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createTasks({ records, log, onIdle }: TasksDeps): Tasks {
  const entries = new Map<string, Entry>();
  const sweeper = createSweeper();
  const adopted = createAdoptedWatch();
  const groups = createGroupWatch();
  const boot = bootId();
  /** What an interrupted start may have left is found by the allocation's id, and so would be a task that starts meanwhile. */
  const leftovers: Promise<void>[] = [];

  const get = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw new SupervisorError('unknown_task', `no task "${id}"`);
    return entry;
  };
  const save = async (record: TaskRecord, durable = false): Promise<void> => {
    try {
      await records.save(record, { durable });
    } catch (error) {
      log(`${record.id}: its record cannot be written (${messageOf(error)})`);
    }
  };
  const sweep = async ({ record, endSeen }: Entry): Promise<void> => {
    const clean = await sweeper.sweep({ ...record, groupIsOurs: endSeen });
    if (!clean) log(`${record.id}: some of its processes cannot be killed`);
  };

  /** From the end of the main process to the end of everything. */
  const end = async (entry: Entry, exit: ExitResult, finishOutput: () => Promise<void>): Promise<ExitResult> => {
    const { record } = entry;
    record.phase = 'ending';
    record.exit = exit;
    await save(record, true);
    if (entry.killAt !== undefined) await groups.gone(record.pid, () => entry.killAt ?? 0);
    await sweep(entry);
    await finishOutput().catch((error) => log(`${record.id}: ${messageOf(error)}`));
    record.phase = 'ended';
    await save(record);
    if (alive() === 0) onIdle();
    return exit;
  };

  const run = async (
    request: StartRequest,
    entry: Entry,
  ): Promise<{ child: Launched; finish: () => Promise<void> }> => {
    const { record } = entry;
    await endOthers(request);
    await save(record);
    const owner = request.uid === undefined ? undefined : { uid: request.uid, gid: request.gid ?? request.uid };
    const output = await openOutput(request, owner, (message) => log(`${record.id}: ${message}`));
    try {
      const child = await launch(request, output.taskEnds);
      record.pid = child.pid;
      record.startTicks = child.startTicks;
      record.startedAt = Date.now();
      record.phase = 'running';
      entry.endSeen = true;
      return { child, finish: output.finish };
    } catch (error) {
      await output.finish();
      throw error;
    } finally {
      output.releaseTaskEnds();
    }
  };

  /** A start whose answer the agent never got leaves a task that it does not know: never two of one task. */
  const endOthers = async (request: StartRequest): Promise<void> => {
    const earlier = [...entries.values()];
    await Promise.all(leftovers);
    for (const other of earlier) {
      const { id, allocId, task, phase } = other.record;
      if (id === request.id || allocId !== request.allocId || task !== request.task || phase === 'ended') continue;
      log(`${id}: replaced by ${request.id}`);
      await other.started.catch(() => {});
      signalGroup(other, SIGKILL);
      await other.ended.catch(() => {});
    }
  };

  const launchEntry = (request: StartRequest): Entry => {
    const entry: Entry = {
      record: newRecord(request, boot),
      started: Promise.resolve(),
      ended: Promise.resolve(unseen('')),
      endSeen: false,
      killAt: undefined,
    };
    entries.set(request.id, entry);
    const running = run(request, entry);
    entry.started = running.then(() => save(entry.record));
    entry.ended = running.then(async ({ child, finish }) => {
      const exit = await child.ended;
      await entry.started;
      return end(entry, exit, finish);
    });
    entry.ended.catch(() => {});
    return entry;
  };

  const adoptOne = (record: TaskRecord): void => {
    const entry: Entry = {
      record,
      started: Promise.resolve(),
      ended: Promise.resolve(unseen('')),
      endSeen: false,
      killAt: undefined,
    };
    const sameBoot = record.bootId === boot;
    if (record.phase === 'starting') {
      leftovers.push(dropStart(entry, sameBoot));
      return;
    }
    entries.set(record.id, entry);
    if (record.phase === 'ended') entry.ended = Promise.resolve(record.exit ?? unseen('its end was not recorded'));
    else if (!sameBoot) entry.ended = endWithoutProcess(entry, 'the machine was restarted');
    else if (isAlive(record.pid, record.startTicks)) entry.ended = watchAdopted(entry);
    else entry.ended = endUnwatched(entry);
  };
  /** Its start was never answered, so nobody knows the task. */
  const dropStart = async (entry: Entry, sameBoot: boolean): Promise<void> => {
    if (sameBoot) await sweep(entry);
    await records.remove(entry.record.id).catch((error) => log(`${entry.record.id}: ${messageOf(error)}`));
  };
  const endWithoutProcess = async ({ record }: Entry, reason: string): Promise<ExitResult> => {
    record.exit ??= unseen(reason);
    record.phase = 'ended';
    await save(record);
    return record.exit;
  };
  const endUnwatched = (entry: Entry): Promise<ExitResult> => {
    const { record } = entry;
    // Without a process there is no other way to a pipe than its name.
    const finish = reopenOutput(record, undefined, (message) => log(`${record.id}: ${message}`));
    return end(entry, record.exit ?? unseen('it ended while no supervisor ran'), finish);
  };
  const watchAdopted = async (entry: Entry): Promise<ExitResult> => {
    const { record } = entry;
    log(`${record.id}: taken over, pid ${record.pid}`);
    const finish = reopenOutput(record, record.pid, (message) => log(`${record.id}: ${message}`));
    await new Promise<void>((resolve) => adopted.watch(record.pid, record.startTicks, resolve));
    entry.endSeen = true;
    return end(entry, unseen('the supervisor that started it was killed before it ended'), finish);
  };
  const alive = (): number => [...entries.values()].filter(({ record }) => record.phase !== 'ended').length;

  return {
    adopt: () => {
      for (const record of records.load()) adoptOne(record);
    },
    async start(request) {
      const entry = entries.get(request.id) ?? launchEntry(request);
      try {
        await entry.started;
      } catch (error) {
        entries.delete(request.id);
        await records.remove(request.id).catch(() => {});
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
      const first = entry.killAt === undefined;
      entry.killAt = Math.min(entry.killAt ?? killAt, killAt);
      if (first) signalGroup(entry, signal);
      const timer = setTimeout(() => signalGroup(entry, SIGKILL), entry.killAt - performance.now());
      await entry.ended;
      clearTimeout(timer);
    },
    signal(id, signal) {
      const entry = get(id);
      if (entry.record.phase !== 'running') throw new SupervisorError('not_running', `task "${id}" does not run`);
      signalGroup(entry, signal);
    },
    status: (id) => {
      const entry = entries.get(id);
      return entry === undefined || entry.record.phase === 'starting' ? undefined : statusOf(entry.record);
    },
    list: () =>
      [...entries.values()].filter(({ record }) => record.phase !== 'starting').map(({ record }) => statusOf(record)),
    async forget(id) {
      const entry = entries.get(id);
      if (entry === undefined) return;
      if (entry.record.phase !== 'ended') throw new SupervisorError('busy', `task "${id}" has not ended`);
      entries.delete(id);
      await records.remove(id);
    },
    alive,
  };
}

function newRecord(request: StartRequest, boot: string): TaskRecord {
  const { id, allocId, task, logDir, maxFiles, maxFileSizeBytes } = request;
  const place = { id, allocId, task, logDir, maxFiles, maxFileSizeBytes };
  return { version: 1, ...place, bootId: boot, pid: 0, startTicks: 0, startedAt: 0, phase: 'starting', exit: null };
}

function statusOf({ id, allocId, task, pid, startTicks, startedAt, phase, exit }: TaskRecord): TaskStatus {
  return { id, allocId, task, pid, startTicks, startedAt, state: phase === 'starting' ? 'running' : phase, exit };
}

function unseen(reason: string): ExitResult {
  return { kind: 'unknown', reason };
}

/**
 * To the process group. Only while the main process is there, be it as a zombie: it keeps the group's number from being reused. Later the
 * sweep ends what is left.
 */
function signalGroup({ record }: Entry, signal: number): void {
  if (record.phase !== 'running' || readStat(record.pid)?.startTicks !== record.startTicks) return;
  try {
    process.kill(-record.pid, signal);
  } catch (error) {
    // ESRCH: gone already, which is what the caller will hear.
    if (codeOf(error) !== 'ESRCH')
      throw new SupervisorError('internal', `cannot signal ${record.id}: ${messageOf(error)}`);
  }
}
