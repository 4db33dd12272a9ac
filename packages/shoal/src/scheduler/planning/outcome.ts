import type { Precondition } from '../../store/contract.ts';
import type { Criteria } from '../place/candidates.ts';
import type { EvalPatch, NewEval, Plan } from '../plan.ts';
import { REMAINING } from '../reconcile/descriptions.ts';
import type { Reconciled } from '../reconcile/result.ts';
import type { Draft } from './draft.ts';
import { blockedEval } from './new-evals.ts';

type Finishing = {
  readonly id: string;
  readonly deploymentId: string | undefined;
  /** What the groups ask that could not be placed. */
  readonly failed: readonly Criteria[];
  readonly require: readonly Precondition[];
  readonly snapshotIndex: number;
  readonly newId: () => string;
};

/** The draft as a plan, with what becomes of its evaluation. */
export function finish(draft: Draft, reconciled: Reconciled, finishing: Finishing): Plan {
  const { evaluation } = draft;
  const isBlocked = evaluation.Status === 'blocked';
  const short = draft.failed.size > 0;
  const blocked = short && !isBlocked ? [blockedFor(draft, finishing)] : [];
  return {
    id: finishing.id,
    evalId: evaluation.ID,
    snapshotIndex: finishing.snapshotIndex,
    newAllocs: draft.newAllocs,
    allocPatches: draft.patches(),
    newDeployment: reconciled.newDeployment,
    deploymentPatches: reconciled.deploymentPatches,
    evalPatch: short && isBlocked ? stillBlocked(draft, finishing) : completed(draft, finishing, blocked[0]?.ID),
    newEvals: [...draft.newEvals, ...blocked],
    require: finishing.require,
    desiredUpdates: draft.updates,
  };
}

function completed(
  draft: Draft,
  { deploymentId, snapshotIndex }: Finishing,
  blockedEvalId: string | undefined,
): EvalPatch {
  return {
    id: draft.evaluation.ID,
    set: {
      Status: 'complete',
      StatusDescription: undefined,
      ModifyTime: draft.now,
      SnapshotIndex: snapshotIndex,
      QueuedAllocations: queued(draft),
      ...(draft.failed.size > 0 && { FailedTGAllocs: Object.fromEntries(draft.failed) }),
      ...(deploymentId && { DeploymentID: deploymentId }),
      ...(blockedEvalId && { BlockedEval: blockedEvalId }),
      ...(draft.nextEval && { NextEval: draft.nextEval }),
    },
  };
}

function stillBlocked(draft: Draft, finishing: Finishing): EvalPatch {
  const { classes, escaped } = eligibility(finishing.failed);
  return {
    id: draft.evaluation.ID,
    set: {
      Status: 'blocked',
      StatusDescription: REMAINING,
      ModifyTime: draft.now,
      SnapshotIndex: finishing.snapshotIndex,
      QueuedAllocations: queued(draft),
      ClassEligibility: classes,
      EscapedComputedClass: escaped,
    },
  };
}

function blockedFor(draft: Draft, { failed, snapshotIndex, newId }: Finishing): NewEval {
  return blockedEval(draft.evaluation, { id: newId(), now: draft.now, snapshotIndex, ...eligibility(failed) });
}

/** A class of nodes is of interest if any of the groups that wait could go there. */
function eligibility(failed: readonly Criteria[]): { classes: Record<string, boolean>; escaped: boolean } {
  const classes: Record<string, boolean> = {};
  for (const { feasibility } of failed)
    for (const [name, eligible] of feasibility.classes()) classes[name] = classes[name] === true || eligible;
  return { classes, escaped: failed.some(({ feasibility }) => feasibility.escaped) };
}

/** By group; a job that stopped waits for nothing. */
function queued({ job, queued: waiting }: Draft): Record<string, number> {
  const counts: Record<string, number> = {};
  if (!job || job.Stop) return counts;
  for (const { Name } of job.TaskGroups ?? []) counts[Name] = 0;
  for (const [group, count] of waiting) counts[group] = count;
  return counts;
}
