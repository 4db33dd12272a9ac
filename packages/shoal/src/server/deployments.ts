import { healthOf } from '../state/alloc-view.ts';
import type { AllocRow, DeploymentRow, JobRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Op, Precondition, Txn } from '../store/contract.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { InvalidRequestError, MultipleErrorsError, UnknownObjectError } from './errors.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';
import { lastStableVersion } from './job-versions.ts';
import type { Jobs } from './jobs.ts';

/** What users and tools of Nomad know. */
const DESCRIPTIONS = {
  running: 'Deployment is running',
  paused: 'Deployment is paused',
  failedByUser: 'Deployment marked as failed',
} as const;

export type DeploymentWritten = { index: number; evalId: string; revertedTo: number | undefined };
export type Deployments = ReturnType<typeof createDeployments>;

/** Everything that users decide about a deployment, and how one fails. */
export function createDeployments(deps: ServerDeps, jobs: Jobs) {
  const { state } = deps;
  const { deployments, allocs } = state.tables;

  /** Lets canaries stand for the new version: the rest follows. `groups` undefined: all. A group that is unknown is passed over. */
  function promote(id: string, groups?: readonly string[]): Promise<DeploymentWritten> {
    return change(id, "can't promote terminal deployment", (row) => {
      const promoted = Object.entries(row.TaskGroups).filter(
        ([name, group]) => group.DesiredCanaries > 0 && (groups === undefined || groups.includes(name)),
      );
      checkHealthy(
        row,
        promoted.map(([name]) => name),
      );
      const TaskGroups = { ...row.TaskGroups };
      for (const [name, group] of promoted) TaskGroups[name] = { ...group, Promoted: true };
      const waiting = Object.values(TaskGroups).some((group) => group.DesiredCanaries > 0 && !group.Promoted);
      const description = waiting ? row.StatusDescription : DESCRIPTIONS.running;
      const names = promoted.map(([name]) => name);
      return {
        row: { ...row, TaskGroups, StatusDescription: description },
        // Written anew, so that their clients learn of it.
        allocs: membersOf(row).filter((alloc) => alloc.Canary && names.includes(alloc.TaskGroup)),
        evaluate: true,
      };
    });
  }

  function pause(id: string, paused: boolean): Promise<DeploymentWritten> {
    return change(id, `can't ${paused ? 'pause' : 'resume'} terminal deployment`, (row) => ({
      row: {
        ...row,
        Status: paused ? 'paused' : 'running',
        StatusDescription: paused ? DESCRIPTIONS.paused : DESCRIPTIONS.running,
      },
      evaluate: !paused,
    }));
  }

  /** Nothing blocks a deployment of one region. */
  function unblock(id: string): Promise<DeploymentWritten> {
    return change(id, "can't unblock terminal deployment", () => {
      throw new InvalidRequestError("can't unblock a deployment that is not blocked");
    });
  }

  function failByUser(id: string): Promise<DeploymentWritten> {
    return change(id, "can't fail terminal deployment", (row) => failed(row, DESCRIPTIONS.failedByUser, groupsOf(row)));
  }

  /** Because of these groups; nothing happens if it is over already. */
  async function fail(id: string, description: string, groups: readonly string[]): Promise<void> {
    if (deployments.get(id)?.Status !== 'running') return;
    await change(id, 'over already', (row) => failed(row, description, groups));
  }

  /** `health_check = "manual"`: an operator says how allocations are. */
  function setHealth(id: string, healthy: readonly string[], unhealthy: readonly string[]): Promise<DeploymentWritten> {
    if (healthy.length + unhealthy.length === 0)
      throw new InvalidRequestError('must specify at least one healthy/unhealthy allocation ID');
    return change(id, "can't set health of allocations for a terminal deployment", (row) => {
      const Timestamp = new Date(deps.now()).toISOString();
      const judged = (ids: readonly string[], Healthy: boolean) =>
        ids.map((allocId) => ({
          ...memberOf(row, allocId),
          ManualHealth: { Healthy, Timestamp, DeploymentID: row.ID },
        }));
      return { row, allocs: [...judged(healthy, true), ...judged(unhealthy, false)], evaluate: true };
    });
  }

  type Change = { row: DeploymentRow; allocs?: readonly AllocRow[]; evaluate: boolean; revertTo?: JobRow | undefined };

  async function change(
    id: string,
    refusal: string,
    decide: (row: DeploymentRow) => Change,
  ): Promise<DeploymentWritten> {
    const { index, answer } = await commitDecision(state, `Deployment ${id}`, () => {
      const row = deployments.get(id);
      if (!row) throw new UnknownObjectError('deployment not found');
      if (row.Status !== 'running' && row.Status !== 'paused') throw new InvalidRequestError(refusal);
      return decided(row, decide(row));
    });
    return { index, ...answer };
  }

  function decided(before: DeploymentRow, { row, allocs: touched = [], evaluate, revertTo }: Change) {
    const job = state.tables.jobs.get(jobKey(row.Namespace, row.JobID));
    const evaluation = evaluate && job && newEvaluation(deps, job, 'deployment-watcher', { DeploymentID: row.ID });
    const back = revertTo && job ? jobs.rollback(job, revertTo) : undefined;
    const ops: Op[] = [
      { kind: 'put', table: 'deployments', key: row.ID, value: row },
      ...touched.map(
        (alloc): Op => ({
          kind: 'put',
          table: 'allocs',
          key: alloc.ID,
          value: { ...alloc, ModifyTime: nowNanos(deps) },
        }),
      ),
      ...(evaluation ? [putEvaluation(evaluation)] : []),
      ...(back?.ops ?? []),
    ];
    const require: Precondition[] = [
      { table: 'deployments', key: row.ID, modifyIndex: before.ModifyIndex },
      ...touched.map(({ ID, ModifyIndex }) => ({ table: 'allocs', key: ID, modifyIndex: ModifyIndex })),
      ...(back?.require ?? []),
    ];
    const txn: Txn = { ops, require };
    return { txn, answer: { evalId: evaluation ? evaluation.ID : '', revertedTo: back && revertTo?.Version } };
  }

  /** A failed one goes back to the newest stable version, if one of the groups that failed asks for it. */
  function failed(row: DeploymentRow, description: string, groups: readonly string[]): Change {
    const job = state.tables.jobs.get(jobKey(row.Namespace, row.JobID));
    const wanted = job !== undefined && groups.some((name) => row.TaskGroups[name]?.AutoRevert);
    const target = wanted ? lastStableVersion(state.tables, job, row.JobVersion) : undefined;
    const goesBack = wanted && target !== undefined && jobs.differs(job, target);
    return {
      row: { ...row, Status: 'failed', StatusDescription: describe(description, { wanted, target, goesBack }) },
      evaluate: true,
      revertTo: goesBack ? target : undefined,
    };
  }

  function checkHealthy(row: DeploymentRow, names: readonly string[]): void {
    const healthy = healthyCanaries(row);
    const short = names.flatMap((name) => {
      const [have, need] = [healthy.get(name) ?? 0, row.TaskGroups[name]?.DesiredCanaries ?? 0];
      return have < need ? [`Task group "${name}" has ${have}/${need} healthy allocations`] : [];
    });
    if (short.length > 0) throw new MultipleErrorsError(short);
  }

  function healthyCanaries(row: DeploymentRow): Map<string, number> {
    const { allocStatus } = state.tables;
    const counts = new Map<string, number>();
    for (const alloc of membersOf(row)) {
      const health = healthOf(alloc, allocStatus.get(alloc.ID));
      if (alloc.Canary && health?.Healthy) counts.set(alloc.TaskGroup, (counts.get(alloc.TaskGroup) ?? 0) + 1);
    }
    return counts;
  }

  /** Every group with canaries promotes by itself, and all canaries are healthy. */
  function mayPromoteItself(row: DeploymentRow): boolean {
    const waiting = Object.entries(row.TaskGroups).filter(([, group]) => group.DesiredCanaries > 0 && !group.Promoted);
    if (waiting.length === 0 || !waiting.every(([, group]) => group.AutoPromote)) return false;
    const healthy = healthyCanaries(row);
    return waiting.every(([name, group]) => (healthy.get(name) ?? 0) >= group.DesiredCanaries);
  }

  function membersOf({ ID }: DeploymentRow): AllocRow[] {
    return [...allocs.by('deployment', ID)];
  }

  function memberOf(row: DeploymentRow, allocId: string): AllocRow {
    const alloc = allocs.get(allocId);
    if (!alloc) throw new UnknownObjectError(`unknown alloc "${allocId}"`);
    if (alloc.DeploymentID === row.ID) return alloc;
    throw new InvalidRequestError(`alloc "${allocId}" is not part of deployment "${row.ID}"`);
  }

  return { promote, pause, unblock, failByUser, fail, setHealth, mayPromoteItself };
}

function groupsOf(row: DeploymentRow): string[] {
  return Object.keys(row.TaskGroups);
}

function describe(
  description: string,
  { wanted, target, goesBack }: { wanted: boolean; target: JobRow | undefined; goesBack: boolean },
): string {
  if (!wanted) return description;
  if (!target) return `${description} - no stable job version to auto revert to`;
  if (goesBack) return `${description} - rolling back to job version ${target.Version}`;
  return `${description} - not rolling back to stable job version ${target.Version} as current job has same specification`;
}
