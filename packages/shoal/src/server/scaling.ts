import type { Evaluation } from '@shoal/api';
import type { JobRow, ScalingEvent, ScalingEventsRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { ScalingRefusedError, UnknownJobError } from './errors.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';
import type { Jobs } from './jobs.ts';
import { checkRegistrationsOpen } from './scheduler-config.ts';

/** Events that are kept of a group (Nomad's number). */
const TRACKED_EVENTS = 20;

/** https://developer.hashicorp.com/nomad/api-docs/jobs#scale-task-group */
export type ScalingRequest = {
  readonly group: string;
  /** Undefined: nothing is scaled, only the event is kept. */
  readonly count: number | undefined;
  readonly message: string;
  readonly error: boolean;
  readonly meta: Readonly<Record<string, unknown>> | null;
  /** Beyond the policy's limits. */
  readonly override: boolean;
};

export type Scaled = { index: number; jobModifyIndex: number; evaluation: Evaluation | undefined };
export type Scaling = ReturnType<typeof createScaling>;

/** Changes counts of groups, and remembers who did and why. */
export function createScaling(deps: ServerDeps, jobs: Jobs) {
  const { state } = deps;

  async function scale(namespace: string, id: string, request: ScalingRequest): Promise<Scaled> {
    checkRequest(request);
    checkRegistrationsOpen(state.tables);
    const key = jobKey(namespace, id);
    const { index, answer } = await commitDecision(state, `Job "${id}"`, () => {
      const job = state.tables.jobs.get(key);
      if (!job) throw new UnknownJobError(id);
      checkGroup(job, request);
      if (request.count !== undefined) refuseWhileDeploying(key);
      const evaluation = request.count === undefined ? undefined : evaluationFor(job);
      const scaled = request.count === undefined ? [] : jobs.withCount(job, request.group, request.count);
      const ops = [
        ...scaled,
        withEvent(job, key, request, evaluation?.ID ?? null),
        ...(evaluation ? [putEvaluation(evaluation)] : []),
      ];
      const require = [
        { table: 'jobs', key, modifyIndex: job.ModifyIndex },
        { table: 'scalingEvents', key, modifyIndex: state.tables.scalingEvents.get(key)?.ModifyIndex ?? 0 },
      ];
      return { txn: { ops, require }, answer: { job, evaluation, changed: scaled.length > 0 } };
    });
    const jobModifyIndex = answer.changed ? index : answer.job.JobModifyIndex;
    return { index, jobModifyIndex, evaluation: answer.evaluation };
  }

  /** Nomad gives these the type of a service, whatever the job's. Templates are not placed, so nothing has to be looked at. */
  function evaluationFor(job: JobRow): Evaluation | undefined {
    if (job.Periodic || job.ParameterizedJob) return undefined;
    return newEvaluation(deps, { ...job, Type: 'service' }, 'job-scaling', { JobModifyIndex: 0 });
  }

  function refuseWhileDeploying(key: string): void {
    for (const { Status } of state.tables.deployments.by('job', key))
      if (Status === 'running' || Status === 'paused')
        throw new ScalingRefusedError('job scaling blocked due to active deployment');
  }

  function withEvent(job: JobRow, key: string, request: ScalingRequest, evalId: string | null): Op {
    const known = state.tables.scalingEvents.get(key)?.Groups ?? {};
    const event: ScalingEvent = {
      Time: nowNanos(deps),
      Count: request.count ?? null,
      PreviousCount: job.TaskGroups?.find(({ Name }) => Name === request.group)?.Count ?? 0,
      Message: request.message,
      Error: request.error,
      Meta: request.meta,
      EvalID: evalId,
      CreateIndex: 0,
    };
    const events = [event, ...(known[request.group] ?? [])].slice(0, TRACKED_EVENTS);
    const row: Omit<ScalingEventsRow, 'CreateIndex' | 'ModifyIndex'> = {
      Namespace: job.Namespace,
      JobID: job.ID,
      Groups: { ...known, [request.group]: events },
    };
    return { kind: 'put', table: 'scalingEvents', key, value: row };
  }

  return { scale };
}

function checkRequest({ count, error, group }: ScalingRequest): void {
  if (count !== undefined && count < 0) throw new ScalingRefusedError("scaling action count can't be negative");
  if (error && count !== undefined)
    throw new ScalingRefusedError('scaling action should not contain count if error is true');
  if (group === '') throw new ScalingRefusedError('missing task group name for scaling action');
}

function checkGroup(job: JobRow, { group: name, count, override }: ScalingRequest): void {
  const group = job.TaskGroups?.find(({ Name }) => Name === name);
  if (!group) throw new ScalingRefusedError(`task group "${name}" specified for scaling does not exist in job`);
  if (override || count === undefined) return;
  const { Min, Max } = group.Scaling ?? { Min: null, Max: null };
  if (Max !== null && count > Max)
    throw new ScalingRefusedError(`group count was greater than scaling policy maximum: ${count} > ${Max}`);
  if (Min !== null && count < Min)
    throw new ScalingRefusedError(`group count was less than scaling policy minimum: ${count} < ${Min}`);
}
