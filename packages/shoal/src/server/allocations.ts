import type { Evaluation } from '@shoal/api';
import type { AllocationUpdate } from '../client/server-connection.ts';
import { nextReschedule } from '../scheduler/reconcile/reschedule.ts';
import { isTerminal } from '../state/alloc-view.ts';
import type { AllocRow, AllocStatusRow, HealthVerdict } from '../state/rows.ts';
import { jobKey, jobVersionKey } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { UnknownObjectError } from './errors.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';
import { transition } from './transition.ts';

export type Allocations = ReturnType<typeof createAllocations>;

/** What clients report of allocations, and what users ask of them. */
export function createAllocations(deps: ServerDeps) {
  const { state } = deps;
  const { allocs, allocStatus, jobs, jobVersions } = state.tables;

  /** Resolves when all of it is durable. Allocations that are gone, or another node's, are passed over. */
  async function report(nodeId: string, updates: readonly AllocationUpdate[]): Promise<void> {
    const known = updates.filter(({ id }) => allocs.get(id)?.NodeID === nodeId);
    const ops: Op[] = known.map((update) => ({
      kind: 'put',
      table: 'allocStatus',
      key: update.id,
      value: statusRow({ nodeId, update, before: allocStatus.get(update.id), time: nowNanos(deps) }),
    }));
    for (let at = 0; at < ops.length; at += state.limits.opsPerTxn / 2) {
      const part = ops.slice(at, at + state.limits.opsPerTxn / 2);
      const followUps = failureEvaluations(known.slice(at, at + part.length));
      await state.commit({ ops: [...part, ...followUps.map(putEvaluation)] });
    }
  }

  /** Replaces the allocation: it is stopped, and its job placed anew (Nomad: `alloc stop`). */
  async function stop(id: string, { noShutdownDelay = false } = {}): Promise<{ index: number; evalId: string }> {
    const { index, answer } = await commitDecision(state, `Allocation ${id}`, () => {
      const row = allocs.get(id);
      if (!row) throw new UnknownObjectError(`alloc not found`);
      const job = jobs.get(jobKey(row.Namespace, row.JobID)) ?? jobOf(row);
      const evaluation = newEvaluation(deps, job, 'alloc-stop');
      const { ops, require } = transition([row], {
        Migrate: true,
        ...(noShutdownDelay && { NoShutdownDelay: true }),
      });
      return { txn: { ops: [...ops, putEvaluation(evaluation)], require }, answer: evaluation.ID };
    });
    return { index, evalId: answer };
  }

  /** One per job with an allocation that has just failed and may be replaced. */
  function failureEvaluations(updates: readonly AllocationUpdate[]): Evaluation[] {
    const made = new Map<string, Evaluation>();
    for (const update of updates) {
      const row = allocs.get(update.id);
      if (!row || !justFailed(row, allocStatus.get(update.id), update) || !mayBeReplaced(row)) continue;
      const key = jobKey(row.Namespace, row.JobID);
      const job = jobs.get(key);
      // System jobs are not rescheduled: their next evaluation replaces what failed.
      if (!job || job.Stop || job.Type === 'system' || made.has(key)) continue;
      made.set(key, newEvaluation(deps, job, 'alloc-failure'));
    }
    return [...made.values()];
  }

  /** A failure that its group's policy leaves alone is nothing to decide about. */
  function mayBeReplaced(row: AllocRow): boolean {
    const version = jobVersions.get(jobVersionKey(row.Namespace, row.JobID, row.JobVersion));
    const group = version?.TaskGroups?.find(({ Name }) => Name === row.TaskGroup);
    return nextReschedule(group?.ReschedulePolicy ?? null, row.RescheduleTracker, nowNanos(deps)) !== undefined;
  }

  return { report, stop };
}

function justFailed(row: AllocRow, before: AllocStatusRow | undefined, update: AllocationUpdate): boolean {
  return update.clientStatus === 'failed' && !isTerminal(row, before);
}

type Report = { nodeId: string; update: AllocationUpdate; before: AllocStatusRow | undefined; time: number };

function statusRow({ nodeId, update, before, time }: Report): Omit<AllocStatusRow, 'CreateIndex' | 'ModifyIndex'> {
  return {
    ID: update.id,
    NodeID: nodeId,
    ClientStatus: update.clientStatus,
    ClientDescription: update.clientDescription,
    TaskStates: update.taskStates,
    DeploymentHealthy: update.deploymentHealthy && verdict(update.deploymentHealthy, before?.DeploymentHealthy, time),
    NetworkStatus: update.networkStatus,
    ModifyTime: time,
  };
}

/** Deadlines move on by this time, so it is that of the servers' clock and not of the client's. */
function verdict(
  { healthy: Healthy, deploymentId: DeploymentID }: NonNullable<AllocationUpdate['deploymentHealthy']>,
  before: HealthVerdict | null | undefined,
  time: number,
): HealthVerdict {
  if (before?.Healthy === Healthy && before.DeploymentID === DeploymentID) return before;
  return { Healthy, DeploymentID, Timestamp: new Date(time / 1e6).toISOString() };
}

function jobOf(row: AllocRow) {
  return { ID: row.JobID, Namespace: row.Namespace, Type: 'service', Priority: 50 } as const;
}
