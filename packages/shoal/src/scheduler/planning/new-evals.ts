import type { EvalTrigger, Evaluation, Job } from '@shoal/api';
import type { NewEval } from '../plan.ts';
import { DELAYED, PATIENCE_ENDS, REMAINING } from '../reconcile/descriptions.ts';
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

const WHY = {
  reschedule: { trigger: 'alloc-failure', description: DELAYED },
  disconnect: { trigger: 'max-disconnect-timeout', description: PATIENCE_ENDS },
} as const;

/** Runs when what failed may be replaced, or when nobody waits any longer for a silent node. */
export function delayedEval(evaluation: Evaluation, job: Job, made: Made & Pick<Later, 'at' | 'why'>): NewEval {
  const { trigger, description } = WHY[made.why];
  return {
    ...follow(evaluation, trigger, made),
    JobModifyIndex: job.ModifyIndex,
    StatusDescription: description,
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

type Batch = Pick<Later, 'at' | 'why'> & { readonly members: Later[] };

/** What comes due within five seconds for the same reason shares an evaluation, that of the first. */
export function batchLater(later: readonly Later[]): Batch[] {
  const batches: Batch[] = [];
  for (const each of [...later].sort((a, b) => a.why.localeCompare(b.why) || a.at - b.at)) {
    const last = batches.at(-1);
    if (last && last.why === each.why && each.at - last.at < 5e9) last.members.push(each);
    else batches.push({ at: each.at, why: each.why, members: [each] });
  }
  return batches;
}

function rfc3339(unixNanoseconds: number): string {
  return new Date(Math.ceil(unixNanoseconds / 1e6)).toISOString();
}
