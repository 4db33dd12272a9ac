import type { EvalTrigger, Evaluation, Job } from '@shoal/api';
import type { NewEval } from '../plan.ts';
import { DELAYED, REMAINING } from '../reconcile/descriptions.ts';
import type { Later } from '../reconcile/result.ts';

type Made = { readonly id: string; readonly now: number };

function follow(evaluation: Evaluation, trigger: EvalTrigger, { id, now }: Made): NewEval {
  return {
    ID: id,
    Namespace: evaluation.Namespace,
    Priority: evaluation.Priority,
    Type: evaluation.Type,
    TriggeredBy: trigger,
    JobID: evaluation.JobID,
    Status: 'pending',
    PreviousEval: evaluation.ID,
    CreateTime: now,
    ModifyTime: now,
  };
}

/** Waits until there is room for what could not be placed. */
export function blockedEval(
  evaluation: Evaluation,
  made: Made & { readonly snapshotIndex: number; readonly classes: Record<string, boolean>; readonly escaped: boolean },
): NewEval {
  return {
    ...follow(evaluation, 'queued-allocs', made),
    ...(evaluation.JobModifyIndex !== undefined && { JobModifyIndex: evaluation.JobModifyIndex }),
    Status: 'blocked',
    StatusDescription: REMAINING,
    SnapshotIndex: made.snapshotIndex,
    ...(Object.keys(made.classes).length > 0 && { ClassEligibility: made.classes }),
    ...(made.escaped && { EscapedComputedClass: true }),
  };
}

/** Runs when what failed may be replaced. */
export function delayedEval(evaluation: Evaluation, job: Job, made: Made & { readonly at: number }): NewEval {
  return {
    ...follow(evaluation, 'alloc-failure', made),
    JobModifyIndex: job.ModifyIndex,
    StatusDescription: DELAYED,
    WaitUntil: rfc3339(made.at),
  };
}

/** Goes on with an update that was not to touch everything at once. */
export function staggeredEval(evaluation: Evaluation, job: Job, made: Made & { readonly at: number }): NewEval {
  return {
    ...follow(evaluation, 'rolling-update', made),
    JobModifyIndex: job.ModifyIndex,
    WaitUntil: rfc3339(made.at),
  };
}

/** What comes due within five seconds shares an evaluation, that of the first. */
export function batchLater(later: readonly Later[]): { readonly at: number; readonly members: Later[] }[] {
  const batches: { at: number; members: Later[] }[] = [];
  for (const each of [...later].sort((a, b) => a.at - b.at)) {
    const last = batches.at(-1);
    if (last && each.at - last.at < 5e9) last.members.push(each);
    else batches.push({ at: each.at, members: [each] });
  }
  return batches;
}

function rfc3339(unixNanoseconds: number): string {
  return new Date(Math.ceil(unixNanoseconds / 1e6)).toISOString();
}
