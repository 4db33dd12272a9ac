import type { EvalTrigger, Evaluation, Job } from '@shoal/api';
import type { Op } from '../store/contract.ts';
import { nowNanos, type ServerDeps } from './deps.ts';

/** A pending evaluation of a job, as the scheduler is asked by. */
export function newEvaluation(
  deps: Pick<ServerDeps, 'newId' | 'now'>,
  job: Pick<Job, 'ID' | 'Namespace' | 'Type' | 'Priority'>,
  triggeredBy: EvalTrigger,
  more: Partial<
    Pick<Evaluation, 'Priority' | 'DeploymentID' | 'NodeID' | 'NodeModifyIndex' | 'JobModifyIndex' | 'PreviousEval'>
  > = {},
): Evaluation {
  const time = nowNanos(deps);
  return {
    ID: deps.newId(),
    Namespace: job.Namespace,
    Priority: job.Priority,
    Type: job.Type,
    TriggeredBy: triggeredBy,
    JobID: job.ID,
    ...more,
    Status: 'pending',
    CreateTime: time,
    ModifyTime: time,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}

export function putEvaluation(evaluation: Evaluation): Op {
  return { kind: 'put', table: 'evals', key: evaluation.ID, value: evaluation };
}
