import { type Cgroups, joinGroup, removeGroup } from './cgroup.ts';
import type { Ending } from './ending.ts';
import { type Entry, newEntry } from './entry.ts';
import { codeOf } from './errors.ts';
import { beginKept } from './keeper.ts';
import { type Launched, launch } from './launch.ts';
import { openOutput } from './output.ts';
import type { StartRequest } from './protocol.ts';
import type { TaskRecord } from './records.ts';
import type { SpareFifos } from './spare-fifos.ts';

export type StartingDeps = {
  cgroups: Cgroups;
  fifos: SpareFifos;
  boot: string;
  ending: Ending;
  save(record: TaskRecord): Promise<void>;
  log(message: string): void;
  /** Resolves when nothing else of this task is left. */
  makeWay(request: StartRequest): Promise<void>;
};

type Running = { child: Launched; finishOutput(): Promise<void> };

/** Begins a task's life; the entry's promises tell how it goes. */
export function startEntry(request: StartRequest, deps: StartingDeps): Entry {
  const entry = newEntry(newRecord(request, deps.boot));
  const running = run(request, entry, deps);
  entry.started = running.then(() => deps.save(entry.record));
  entry.ended = running.then(async ({ child, finishOutput }) => {
    const exit = await child.ended;
    await entry.started;
    return deps.ending.end(entry, exit, finishOutput);
  });
  // Who started it hears of a failure; nobody need wait for the end of what never began.
  entry.ended.catch(() => {});
  return entry;
}

function newRecord(request: StartRequest, boot: string): TaskRecord {
  const { id, allocId, task, logDir, maxFiles, maxFileSizeBytes, discard } = request;
  const place = { id, allocId, task, logDir, maxFiles, maxFileSizeBytes, ...(discard && { discard }) };
  const process = { bootId: boot, cgroup: '', pid: 0, startTicks: 0, startedAt: 0 };
  return { version: 1, ...place, ...process, phase: 'starting', exit: null };
}

async function run(
  request: StartRequest,
  entry: Entry,
  { cgroups, fifos, log, save, makeWay }: StartingDeps,
): Promise<Running> {
  const { record } = entry;
  await makeWay(request);
  record.cgroupIsForeign = request.keeper !== undefined;
  record.cgroup = request.keeper?.cgroup ?? cgroups.create(request.id) ?? '';
  await save(record);
  const owner = outputOwner(request);
  const output = await openOutput(request, { fifos, owner, log: (message) => log(`${record.id}: ${message}`) });
  try {
    const child = await launch(request, output.taskEnds);
    record.pid = child.pid;
    record.startTicks = child.startTicks;
    if (request.keeper !== undefined) record.kept = await beginKept(child, request.keeper);
    record.startedAt = Date.now();
    record.phase = 'running';
    entry.endSeen = true;
    if (!record.cgroupIsForeign) entry.grouped = fillGroup(record, log);
    return { child, finishOutput: output.finish };
  } catch (error) {
    if (record.cgroup !== '' && !record.cgroupIsForeign) removeGroup(record.cgroup);
    await output.finish();
    throw error;
  } finally {
    output.releaseTaskEnds();
  }
}

function outputOwner(request: StartRequest): { uid: number; gid: number } | undefined {
  const { outputUid: uid = request.uid, outputGid: gid = request.gid } = request;
  return uid === undefined ? undefined : { uid, gid: gid ?? uid };
}

async function fillGroup({ id, cgroup, pid }: TaskRecord, log: (message: string) => void): Promise<void> {
  if (cgroup === '') return;
  try {
    await joinGroup(cgroup, pid);
  } catch (error) {
    // Gone already, or groups are not ours to fill after all: the task's mark remains.
    if (codeOf(error) !== 'ESRCH') log(`${id}: cannot be put into its control group (${codeOf(error)})`);
  }
}
