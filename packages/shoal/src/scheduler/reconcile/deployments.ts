import type { Job, TaskGroup } from '@shoal/api';
import type { DeploymentGroupRow, DeploymentRow } from '../../state/rows.ts';
import { type AllocEntry, isHealthy, type JobEntry } from '../cluster/entries.ts';
import type { DeploymentPatch, NewDeployment } from '../plan.ts';
import {
  DEPLOYMENT_AUTO_PROMOTES,
  DEPLOYMENT_JOB_STOPPED,
  DEPLOYMENT_NEEDS_PROMOTION,
  DEPLOYMENT_NEWER_JOB,
  DEPLOYMENT_RUNNING,
} from './descriptions.ts';

/** The newest deployment of a job. */
export function latestDeployment(entry: JobEntry | undefined): DeploymentRow | undefined {
  let [found, index] = [undefined as DeploymentRow | undefined, -1];
  for (const { row, createIndex } of entry?.deployments.values() ?? [])
    if (createIndex > index) [found, index] = [row, createIndex];
  return found;
}

export function isActive({ Status }: Pick<DeploymentRow, 'Status'>): boolean {
  return Status === 'running' || Status === 'paused';
}

/** The deployment that still stands for this version of the job, and those that end because of what the job is now. */
export function currentDeployment(
  job: Job | undefined,
  latest: DeploymentRow | undefined,
): { current: DeploymentRow | undefined; cancelled: DeploymentPatch[] } {
  if (!latest) return { current: undefined, cancelled: [] };
  if (!job || job.Stop) return { current: undefined, cancelled: cancel(latest, DEPLOYMENT_JOB_STOPPED) };
  const newer = latest.JobCreateIndex !== job.CreateIndex || latest.JobVersion !== job.Version;
  if (newer) return { current: undefined, cancelled: cancel(latest, DEPLOYMENT_NEWER_JOB) };
  return { current: latest.Status === 'successful' ? undefined : latest, cancelled: [] };
}

function cancel(deployment: DeploymentRow, description: string): DeploymentPatch[] {
  if (!isActive(deployment)) return [];
  return [{ id: deployment.ID, set: { Status: 'cancelled', StatusDescription: description } }];
}

/** Only services are rolled out, and only with an `update` block that says how many at a time. */
export function isRolledOut(job: Job, group: TaskGroup): boolean {
  return job.Type === 'service' && (group.Update?.MaxParallel ?? 0) > 0;
}

export function newGroup({ Update: update }: TaskGroup): DeploymentGroupRow {
  return {
    AutoRevert: update?.AutoRevert ?? false,
    AutoPromote: update?.AutoPromote ?? false,
    ProgressDeadline: update?.ProgressDeadline ?? 0,
    Promoted: false,
    DesiredCanaries: 0,
    DesiredTotal: 0,
  };
}

export function newDeployment(
  job: Job,
  groups: Record<string, DeploymentGroupRow>,
  { id, now, jobModifyIndex }: { id: string; now: number; jobModifyIndex: number },
): NewDeployment {
  return {
    ID: id,
    Namespace: job.Namespace,
    JobID: job.ID,
    JobVersion: job.Version,
    JobModifyIndex: jobModifyIndex,
    JobSpecModifyIndex: job.JobModifyIndex || jobModifyIndex,
    JobCreateIndex: job.CreateIndex,
    Status: 'running',
    StatusDescription: runningDescription(Object.values(groups)),
    TaskGroups: groups,
    CreateTime: now,
  };
}

function runningDescription(groups: readonly DeploymentGroupRow[]): string {
  const waiting = groups.filter((group) => group.DesiredCanaries > 0 && !group.Promoted);
  if (waiting.length === 0) return DEPLOYMENT_RUNNING;
  return waiting.every((group) => group.AutoPromote) ? DEPLOYMENT_AUTO_PROMOTES : DEPLOYMENT_NEEDS_PROMOTION;
}

/** Enough of the group's allocations are healthy, and its canaries were promoted. */
export function isGroupDone(state: DeploymentGroupRow, members: readonly AllocEntry[]): boolean {
  if (state.DesiredCanaries > 0 && !state.Promoted) return false;
  const healthy = members.filter((alloc) => isHealthy(alloc) === true).length;
  return healthy >= Math.max(state.DesiredTotal, state.DesiredCanaries);
}
