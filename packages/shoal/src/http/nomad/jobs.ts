import type { JobInput } from '@shoal/api';
import { readJob } from '../../jobspec/read.ts';
import { formatWarnings } from '../../jobspec/validate/findings.ts';
import type { JobWritten } from '../../server/jobs.ts';
import { DEFAULT_NAMESPACE } from '../../server/namespaces.ts';
import { jobStub } from '../../state/compose/stubs.ts';
import { jobKey } from '../../state/tables.ts';
import type { Answer } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import { flag, type NomadDeps, namespaceOf, objectBody, reading, written } from './context.ts';
import { jobFields } from './filter-fields.ts';
import { pageOf } from './listing.ts';

/** `/v1/jobs`: the list, and registration. */
export function jobsEndpoints(deps: NomadDeps): Endpoint[] {
  const list = reading(deps, (read, request) => {
    const namespace = namespaceOf(request);
    const prefix = request.query.get('prefix') ?? '';
    read.allJobStatuses();
    const rows =
      namespace === '*'
        ? read.all(deps.state.tables.jobs)
        : read.list(deps.state.tables.jobs, `${namespace}/${prefix}`);
    const all = rows.filter((row) => row.ID.startsWith(prefix));
    return pageOf(request, {
      rows: all,
      placeOf: (row) => ({ index: 0, id: jobKey(row.Namespace, row.ID) }),
      shown: (row) => jobStub(read, row, { namespace: namespace === '*', meta: flag(request, 'meta') }),
      asked: (row) => ({ ...row, Status: read.jobStatus(row).status }),
      fields: jobFields,
    });
  });
  const register = (request: ApiRequest) => registerJob(deps, request);
  return [{ path: '/v1/jobs', methods: { GET: list, PUT: register, POST: register } }];
}

/** Also `PUT /v1/job/:id`, where the path names the job once more. */
export async function registerJob(deps: NomadDeps, request: ApiRequest, id?: string): Promise<Answer> {
  const body = objectBody(request, 'Job must be specified');
  const job = jobOf(body, request);
  if (id !== undefined && job.ID !== id) throw new BadRequestError('Job ID does not match name');
  const result = await deps.server.jobs.register(job, {
    ...(body['EnforceIndex'] === true && { enforceIndex: Number(body['JobModifyIndex'] ?? 0) }),
    ...(body['PreserveCounts'] === true && { preserveCounts: true }),
    ...(Number(body['EvalPriority']) > 0 && { evalPriority: Number(body['EvalPriority']) }),
  });
  return jobWritten(result);
}

/** The `Job` of a body; its own namespace beats the query's. */
export function jobOf(body: Record<string, unknown>, request: ApiRequest): JobInput {
  const given = body['Job'];
  if (typeof given !== 'object' || given === null) throw new BadRequestError('Job must be specified');
  const { job, errors } = readJob(given);
  if (errors.length > 0) throw new BadRequestError(errors.map(({ path, message }) => `${path} ${message}`).join('; '));
  return { ...job, Namespace: job.Namespace || request.query.get('namespace') || DEFAULT_NAMESPACE };
}

export function jobWritten(result: JobWritten): Answer {
  return written(result.index, {
    EvalID: result.evaluation?.ID ?? '',
    EvalCreateIndex: result.evaluation ? result.index : 0,
    JobModifyIndex: result.jobModifyIndex,
    Warnings: formatWarnings(result.warnings),
  });
}
