import { diff } from '../../jobspec/diff/diff.ts';
import type { Child } from '../../server/children.ts';
import { composeDeployment } from '../../state/compose/deployment.ts';
import { composeJob, composeSummary } from '../../state/compose/job.ts';
import { allocationServices } from '../../state/compose/nomad-service.ts';
import { allocStub } from '../../state/compose/stubs.ts';
import type { Read } from '../../state/read.ts';
import type { JobRow } from '../../state/rows.ts';
import { jobKey } from '../../state/tables.ts';
import { json } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest, Method } from '../shared/request.ts';
import { actionsOf } from './actions.ts';
import { flag, Missing, type NomadDeps, namespaceOf, objectBody, reading, readMeta, written } from './context.ts';
import { jobWritten, registerJob } from './jobs.ts';
import { planJob } from './plan.ts';
import { scaleJob, scaleStatus } from './scaling.ts';

/** `/v1/job/…`: a job's id may hold slashes, so the rest of the path is cut here: what it ends in says what is asked. */
export function jobEndpoints(deps: NomadDeps): Endpoint[] {
  const verbs = { ...reads(deps), ...writes(deps) };
  const dispatch = (method: Method) => (request: ApiRequest) => {
    const { id, verb, tag = '' } = target(request.params['*'] ?? '', verbs);
    const handler = verb.methods[method];
    return handler ? handler({ ...forward(request), params: { ...request.params, id, tag } }) : INVALID_METHOD;
  };
  return [
    {
      path: '/v1/job/*',
      methods: { GET: dispatch('GET'), PUT: dispatch('PUT'), POST: dispatch('POST'), DELETE: dispatch('DELETE') },
    },
  ];
}

const INVALID_METHOD = {
  status: 405,
  body: { kind: 'text', text: 'Invalid method', type: 'text/plain; charset=utf-8' },
} as const;

type Verb = { methods: Partial<Record<Method, Handler>> };
const SELF = '';
const TAG = 'tag';
const TAGGED = /^(.+)\/versions\/([^/]+)\/tag$/;

function target(rest: string, verbs: Record<string, Verb>): { id: string; verb: Verb; tag?: string } {
  const [, id, tag] = TAGGED.exec(rest) ?? [];
  if (id !== undefined && tag !== undefined) return { id, verb: verbs[TAG] as Verb, tag };
  for (const [name, verb] of Object.entries(verbs))
    if (name !== SELF && name !== TAG && rest.endsWith(`/${name}`))
      return { id: rest.slice(0, -name.length - 1), verb };
  return { id: rest, verb: verbs[SELF] as Verb };
}

/** The request is an object with getters; a copy for other params needs its values. */
function forward(request: ApiRequest): ApiRequest {
  return {
    method: request.method,
    url: request.url,
    path: request.path,
    params: request.params,
    query: request.query,
    headers: request.headers,
    body: request.body,
    remoteAddress: request.remoteAddress,
    get signal() {
      return request.signal;
    },
  };
}

function reads(deps: NomadDeps): Record<string, Verb> {
  const { tables } = deps.state;
  const read = (query: (read: Read, key: string, request: ApiRequest) => unknown): Verb => ({
    methods: { GET: reading(deps, (reading, request) => query(reading, keyOf(request), request)) },
  });
  return {
    allocations: read((reading, key, request) =>
      ofThisRegistration(reading, key, reading.by(tables.allocs, 'job', key), request).map((row) =>
        allocStub(reading, row, { resources: false, taskStates: true }),
      ),
    ),
    evaluations: read((reading, key) =>
      reading.by(tables.evals, 'job', key).sort((a, b) => b.CreateIndex - a.CreateIndex),
    ),
    actions: read((reading, key) => {
      const job = reading.get(tables.jobs, key);
      return job ? actionsOf(job) : new Missing('job not found');
    }),
    services: read((reading, key) =>
      reading.by(tables.allocs, 'job', key).flatMap(({ ID }) => allocationServices(reading, ID)),
    ),
    deployments: read(deployments),
    deployment: read((reading, key, request) => deployments(reading, key, request)[0] ?? null),
    summary: read((reading, key) => {
      const job = reading.get(tables.jobs, key);
      if (!job) return new Missing('job not found');
      reading.summary(job.Namespace, job.ID);
      return composeSummary(reading, job);
    }),
    versions: read((reading, key, request) => versions(reading, key, request)),
  };
}

function deployments(read: Read, key: string, request: ApiRequest) {
  const rows = ofThisRegistration(read, key, read.by(read.state.tables.deployments, 'job', key), request);
  return rows.sort((a, b) => b.CreateIndex - a.CreateIndex).map((row) => composeDeployment(read, row));
}

/**
 * A job that was purged and registered anew is another job: what belonged to the former one is only shown with `all`, or while there is no job of this id
 * (https://developer.hashicorp.com/nomad/api-docs/jobs#list-job-allocations).
 */
function ofThisRegistration<T extends { CreateIndex: number }>(
  read: Read,
  key: string,
  rows: T[],
  request: ApiRequest,
): T[] {
  // Not followed: that the job changed is no news of its allocations.
  const job = flag(request, 'all') ? undefined : read.state.tables.jobs.get(key);
  return job ? rows.filter(({ CreateIndex }) => CreateIndex >= job.CreateIndex) : rows;
}

function versions(read: Read, key: string, request: ApiRequest) {
  const { jobs, jobVersions } = read.state.tables;
  const job = read.get(jobs, key);
  const rows = read.by(jobVersions, 'job', key).sort((a, b) => b.Version - a.Version);
  if (!job || rows.length === 0) return new Missing('job versions not found');
  // A version that was replaced keeps the status that the job had at that moment, which the next one remembers.
  const shown = rows.map((row, at) =>
    at === 0 ? composeJob(read, row) : { ...row, Status: rows[at - 1]?.Status ?? row.Status },
  );
  return {
    Versions: shown,
    Diffs: flag(request, 'diffs') ? changes(rows, comparedTo(rows, request)) : null,
    ...readMeta(read),
  };
}

/** Each version against the one before it, newest first, or all but `base` against that one. */
function changes(rows: JobRow[], base: JobRow | undefined) {
  if (base) return rows.filter((row) => row !== base).map((row) => diff(base, row));
  return rows.slice(0, -1).map((row, at) => diff(rows[at + 1], row));
}

/** `diff_version` and `diff_tag` (https://developer.hashicorp.com/nomad/api-docs/jobs#list-job-versions). */
function comparedTo(rows: JobRow[], { query }: ApiRequest): JobRow | undefined {
  const [version, tag] = [query.get('diff_version'), query.get('diff_tag')];
  if (!version && !tag) return undefined;
  if (version && tag) throw new BadRequestError('diff_version and diff_tag exclude each other');
  const found = rows.find((row) => (tag ? row.VersionTag?.Name === tag : String(row.Version) === version));
  if (found) return found;
  throw new BadRequestError(tag ? `no version has the tag "${tag}"` : `there is no version ${version}`);
}

function writes(deps: NomadDeps): Record<string, Verb> {
  const { jobs } = deps.server;
  const put = (handler: Handler): Verb => ({ methods: { PUT: handler, POST: handler } });
  const self: Verb = {
    methods: {
      GET: reading(deps, (read, request) => {
        const job = read.get(deps.state.tables.jobs, keyOf(request));
        return job ? composeJob(read, job) : new Missing('job not found');
      }),
      PUT: (request) => registerJob(deps, request, idOf(request)),
      POST: (request) => registerJob(deps, request, idOf(request)),
      DELETE: async (request) => {
        const result = await jobs.deregister(namespaceOf(request), idOf(request), {
          purge: flag(request, 'purge'),
          noShutdownDelay: flag(request, 'no_shutdown_delay'),
          ...evalPriority(request.query.get('eval_priority')),
        });
        return written(result.index, {
          EvalID: result.evaluation?.ID ?? '',
          EvalCreateIndex: result.index,
          JobModifyIndex: result.jobModifyIndex,
          VolumeEvalID: '',
          VolumeEvalIndex: 0,
        });
      },
    },
  };
  return {
    scale: {
      methods: {
        GET: reading(deps, (read, request) => scaleStatus(read, keyOf(request))),
        PUT: (request) => scaleJob(deps, request, idOf(request)),
        POST: (request) => scaleJob(deps, request, idOf(request)),
      },
    },
    evaluate: put(async (request) =>
      jobWritten(await jobs.evaluate(namespaceOf(request), idOf(request), { forceReschedule: isForced(request) })),
    ),
    plan: put((request) => planJob(deps, request, idOf(request))),
    revert: put(async (request) => {
      const body = objectBody(request, 'Job revert body must be specified');
      const prior = body['EnforcePriorVersion'];
      const wanted = typeof prior === 'number' ? prior : undefined;
      return jobWritten(await jobs.revert(namespaceOf(request), idOf(request), versionOf(body, 'JobVersion'), wanted));
    }),
    stable: put(async (request) => {
      const body = objectBody(request, 'Job stability body must be specified');
      const index = await jobs.markStable(
        namespaceOf(request),
        idOf(request),
        versionOf(body, 'JobVersion'),
        body['Stable'] === true,
      );
      return written(index, {});
    }),
    dispatch: put(async (request) => {
      const body = objectBody(request, 'Job dispatch body must be specified');
      const meta = Object.fromEntries(Object.entries(body['Meta'] ?? {}).map(([key, value]) => [key, String(value)]));
      const payload = typeof body['Payload'] === 'string' ? body['Payload'] : '';
      const child = await deps.server.children.dispatch(namespaceOf(request), idOf(request), {
        payload,
        meta,
        idempotencyToken: request.query.get('idempotency_token') ?? '',
        idPrefix: typeof body['IdPrefixTemplate'] === 'string' ? body['IdPrefixTemplate'] : '',
      });
      return childMade(child, { DispatchedJobID: child.id, JobCreateIndex: child.index });
    }),
    'periodic/force': put(async (request) =>
      childMade(await deps.server.children.force(namespaceOf(request), idOf(request)), {}),
    ),
    [TAG]: {
      methods: {
        ...put((request) => tagVersion(deps, request)).methods,
        DELETE: (request) => untagVersion(deps, request),
      },
    },
    [SELF]: self,
  };
}

async function tagVersion({ server }: NomadDeps, request: ApiRequest) {
  const body = request.body.length === 0 ? {} : objectBody(request, 'Tag body must be specified');
  const description = typeof body['Description'] === 'string' ? body['Description'] : '';
  const isGiven = body['Version'] !== undefined && body['Version'] !== null;
  const { index, tag } = await server.jobTags.apply(namespaceOf(request), idOf(request), {
    name: request.params['tag'] ?? '',
    description,
    ...(isGiven && { version: versionOf(body, 'Version') }),
  });
  return written(index, { Name: tag.Name, Description: tag.Description, TaggedTime: tag.TaggedTime });
}

async function untagVersion({ server }: NomadDeps, request: ApiRequest) {
  return written(await server.jobTags.unset(namespaceOf(request), idOf(request), request.params['tag'] ?? ''), {});
}

function childMade({ index, evaluation }: Child, more: Record<string, unknown>) {
  const body = {
    ...more,
    EvalID: evaluation?.ID ?? '',
    EvalCreateIndex: evaluation ? index : 0,
    Index: index,
  };
  return json(body, { 'x-nomad-index': String(index) });
}

/** `EvalOptions` are optional, as the whole body is. */
function isForced(request: ApiRequest): boolean {
  if (request.body.length === 0) return false;
  const options = objectBody(request, '')['EvalOptions'];
  return (
    typeof options === 'object' && options !== null && 'ForceReschedule' in options && options.ForceReschedule === true
  );
}

function evalPriority(text: string | null): { evalPriority?: number } {
  if (text === null || text === '' || text === '0') return {};
  if (!/^\d{1,3}$/.test(text))
    throw new BadRequestError(`eval_priority is a whole number from 1 to 100, not "${text}"`);
  return { evalPriority: Number(text) };
}

function versionOf(body: Record<string, unknown>, field: string): number {
  const version = body[field];
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0)
    throw new BadRequestError(`${field} must be the number of a version`);
  return version;
}

function idOf(request: ApiRequest): string {
  return request.params['id'] ?? '';
}

function keyOf(request: ApiRequest): string {
  return jobKey(namespaceOf(request), idOf(request));
}
