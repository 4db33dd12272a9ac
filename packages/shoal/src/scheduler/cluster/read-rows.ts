import type { AllocatedPort, Job } from '@shoal/api';
import type { AllocRow, AllocStatusRow } from '../../state/rows.ts';
import type { AllocEntry, GroupEntry, JobEntry, VersionEntry } from './entries.ts';
import { shapeOf } from './shape.ts';

const NO_PORTS: readonly AllocatedPort[] = [];

export function newVersion(job: Job, modifyIndex: number): VersionEntry {
  const groups = new Map<string, GroupEntry>();
  for (const group of job.TaskGroups ?? []) groups.set(group.Name, { group, shape: shapeOf(group) });
  return { job, modifyIndex, groups };
}

/** What an allocation is for good. The rest is filled in by `readAlloc` and `readStatus`. */
export function newAlloc(row: Unindexed<AllocRow>, job: JobEntry, slot: number): AllocEntry {
  return {
    id: row.ID,
    job,
    group: job.versions.get(row.JobVersion)?.groups.get(row.TaskGroup)?.group.Name ?? row.TaskGroup,
    name: row.Name,
    index: indexOf(row.Name),
    slot,
    version: row.JobVersion,
    desired: 'run',
    stated: undefined,
    statedAt: 0,
    reported: 'pending',
    client: 'pending',
    createIndex: 0,
    modifyIndex: 0,
    statusIndex: 0,
    modifyTime: 0,
    startedAt: row.CreateTime,
    finishedAt: 0,
    deploymentId: '',
    canary: false,
    reportedHealth: undefined,
    manualHealth: undefined,
    previous: row.PreviousAllocation,
    next: '',
    followUp: '',
    transition: undefined,
    tracker: row.RescheduleTracker,
    ports: row.Ports ?? NO_PORTS,
    shape: undefined,
    counted: false,
  };
}

type Unindexed<Row> = Omit<Row, 'CreateIndex' | 'ModifyIndex'>;

export function readAlloc(entry: AllocEntry, row: Unindexed<AllocRow>): void {
  entry.version = row.JobVersion;
  entry.desired = row.DesiredStatus;
  entry.stated = row.ClientStatus;
  entry.statedAt = row.ClientStatus ? statedSince(row) : 0;
  entry.modifyTime = row.ModifyTime;
  entry.deploymentId = row.DeploymentID;
  entry.canary = row.Canary === true;
  entry.manualHealth = row.ManualHealth;
  entry.next = row.NextAllocation;
  entry.followUp = row.FollowupEvalID;
  entry.transition = row.DesiredTransition;
  entry.tracker = row.RescheduleTracker;
}

export function readStatus(entry: AllocEntry, row: AllocStatusRow | undefined): void {
  entry.reported = row?.ClientStatus ?? 'pending';
  entry.reportedHealth = row?.DeploymentHealthy ?? undefined;
  entry.startedAt = Math.max(entry.startedAt, row ? restartedAt(row) : 0);
  entry.finishedAt = row ? finishedAt(row) : 0;
}

/** When its client status last became another by a server's word. */
export function statedSince({ AllocStates: states, ModifyTime }: Unindexed<AllocRow>): number {
  const last = states?.at(-1);
  return last ? Date.parse(last.Time) * 1e6 : ModifyTime;
}

/** The last start of a task that was started more than once; 0 if none was. */
function restartedAt({ TaskStates: tasks }: AllocStatusRow): number {
  let latest = 0;
  for (const name in tasks) {
    const state = tasks[name];
    if (state && state.Restarts > 0) latest = Math.max(latest, Date.parse(state.StartedAt ?? '') * 1e6 || 0);
  }
  return latest;
}

function finishedAt(row: AllocStatusRow): number {
  if (row.ClientStatus !== 'failed' && row.ClientStatus !== 'complete') return 0;
  let latest = 0;
  for (const name in row.TaskStates) {
    const ended = Date.parse(row.TaskStates[name]?.FinishedAt ?? '') * 1e6;
    if (ended > latest) latest = ended;
  }
  // The client's clock may be ahead of the servers'; what is reported has happened.
  return latest > 0 ? Math.min(latest, row.ModifyTime) : row.ModifyTime;
}

/** `job.group[7]` is 7. */
function indexOf(name: string): number {
  const number = Number(name.slice(name.lastIndexOf('[') + 1, -1));
  return Number.isInteger(number) ? number : 0;
}
