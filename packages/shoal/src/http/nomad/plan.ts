import type { Job } from '@shoal/api';
import { annotate } from '../../jobspec/diff/annotate.ts';
import { diff } from '../../jobspec/diff/diff.ts';
import { formatWarnings } from '../../jobspec/validate/findings.ts';
import { nextLaunch } from '../../server/periodic.ts';
import { keepsTime } from '../../state/job-kind.ts';
import { type Answer, json } from '../shared/answer.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import { type NomadDeps, objectBody } from './context.ts';
import { jobOf } from './jobs.ts';

function nextPeriodicLaunch(job: Job): string | null {
  const next = keepsTime(job) ? nextLaunch(job, Date.now()) : undefined;
  return next === undefined ? null : new Date(next).toISOString();
}

/** `PUT /v1/job/:id/plan`: what registering the job would do. Nothing is written. */
export async function planJob(deps: NomadDeps, request: ApiRequest, id: string): Promise<Answer> {
  const body = objectBody(request, 'Job must be specified');
  const input = jobOf(body, request);
  if (input.ID !== id) throw new BadRequestError('Job ID does not match');
  const { job, existing, warnings } = deps.server.jobs.preview(input);
  const plan = await deps.server.planJob(input);
  const updates = Object.keys(plan.desiredUpdates).length > 0 ? plan.desiredUpdates : null;
  const failed = plan.evalPatch.set.FailedTGAllocs;
  const index = existing?.JobModifyIndex ?? 0;
  return json(
    {
      Annotations: { DesiredTGUpdates: updates, PreemptedAllocs: null },
      CreatedEvals: plan.newEvals.length > 0 ? plan.newEvals : null,
      Diff: body['Diff'] === true ? annotate(diff(existing, job), updates) : null,
      FailedTGAllocs: failed && Object.keys(failed).length > 0 ? failed : null,
      JobModifyIndex: index,
      NextPeriodicLaunch: nextPeriodicLaunch(job),
      Warnings: formatWarnings(warnings),
      Index: index,
      LastContact: 0,
      KnownLeader: false,
    },
    { 'x-nomad-index': String(index) },
  );
}
