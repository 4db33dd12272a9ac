import { createHash } from 'node:crypto';
import type { ScalingPolicy } from '@shoal/api';
import { clientStatus, healthOf, isTerminal } from '../../state/alloc-view.ts';
import type { Read } from '../../state/read.ts';
import type { AllocRow, JobRow } from '../../state/rows.ts';
import { type Answer, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { anything, boolean, integer, map, optional, string, struct } from '../shared/shape.ts';
import { Missing, type NomadDeps, namespaceOf, reading } from './context.ts';

/** `/v1/scaling/…`: the policies that the jobs' groups have. */
export function scalingEndpoints(deps: NomadDeps): Endpoint[] {
  const { jobs } = deps.state.tables;
  const list = reading(deps, (read, { query }) => {
    const namespace = query.get('namespace') || 'default';
    read.follow(jobs);
    const rows = namespace === '*' ? jobs.values() : jobs.by('scaled', namespace);
    const policies = [...rows].filter(({ ID }) => ID === (query.get('job') || ID)).flatMap(policiesOf);
    const wanted = policies.filter(({ Type }) => Type === (query.get('type') || Type));
    return wanted.map(({ Policy: _policy, Min: _min, Max: _max, ...stub }) => stub);
  });
  const one = reading(deps, (read, request) => {
    read.follow(jobs);
    for (const namespace of jobs.valuesOf('scaled'))
      for (const job of jobs.by('scaled', namespace)) {
        const found = policiesOf(job).find(({ ID }) => ID === request.params['id']);
        if (found) return found;
      }
    return new Missing('policy not found');
  });
  return [
    { path: '/v1/scaling/policies', methods: { GET: list } },
    { path: '/v1/scaling/policy/:id', methods: { GET: one } },
  ];
}

/** What the API shows of a job's policies. */
export function policiesOf(job: JobRow): Omit<ScalingPolicy, 'Namespace'>[] {
  return (job.TaskGroups ?? []).flatMap(({ Name, Scaling }) => {
    if (!Scaling) return [];
    const Target = { Namespace: job.Namespace, Job: job.ID, Group: Name };
    return [
      {
        ID: policyId(Target),
        Type: Scaling.Type || 'horizontal',
        Target,
        Min: Scaling.Min,
        Max: Scaling.Max,
        Policy: Scaling.Policy,
        Enabled: Scaling.Enabled,
        CreateIndex: job.CreateIndex,
        ModifyIndex: job.JobModifyIndex,
      },
    ];
  });
}

/** The same for as long as the group has its name: nothing has to be kept (RFC 9562, version 8). */
function policyId(target: { Namespace: string; Job: string; Group: string }): string {
  const hex = createHash('sha256').update(Object.values(target).join('\u0000')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** `GET /v1/job/:id/scale`. */
export function scaleStatus(read: Read, key: string): unknown {
  const { tables } = read.state;
  const job = read.get(tables.jobs, key);
  if (!job) return new Missing('job not found');
  const events = read.get(tables.scalingEvents, key)?.Groups;
  read.summary(job.Namespace, job.ID);
  const allocs = [...tables.allocs.by('job', key)];
  const groups = (job.TaskGroups ?? []).map(({ Name, Count }) => {
    const counts = countsOf(
      read,
      allocs.filter(({ TaskGroup }) => TaskGroup === Name),
    );
    return [Name, { Desired: Count, ...counts, Events: events?.[Name] ?? null }] as const;
  });
  return {
    JobID: job.ID,
    Namespace: job.Namespace,
    JobCreateIndex: job.CreateIndex,
    JobModifyIndex: job.ModifyIndex,
    JobStopped: job.Stop,
    TaskGroups: Object.fromEntries(groups),
  };
}

function countsOf({ state }: Read, allocs: readonly AllocRow[]) {
  const counts = { Placed: 0, Running: 0, Healthy: 0, Unhealthy: 0 };
  for (const row of allocs) {
    const reported = state.tables.allocStatus.get(row.ID);
    if (isTerminal(row, reported)) continue;
    counts.Placed += 1;
    counts.Running += Number(clientStatus(row, reported) === 'running');
    const health = healthOf(row, reported)?.Healthy;
    counts.Healthy += Number(health === true);
    counts.Unhealthy += Number(health === false);
  }
  return counts;
}

const scaleBody = struct({
  Count: optional(integer),
  Target: optional(map(string)),
  Message: string,
  Error: boolean,
  Meta: optional(map(anything)),
  PolicyOverride: boolean,
});

/** `PUT /v1/job/:id/scale`. */
export async function scaleJob(deps: NomadDeps, request: ApiRequest, id: string): Promise<Answer> {
  const body = decodeBody(request.body, scaleBody, '');
  const { index, jobModifyIndex, evaluation } = await deps.server.scaling.scale(namespaceOf(request), id, {
    group: body.Target?.['Group'] ?? '',
    count: body.Count,
    message: body.Message,
    error: body.Error,
    meta: body.Meta ?? null,
    override: body.PolicyOverride,
  });
  const answer = {
    EvalID: evaluation?.ID ?? '',
    EvalCreateIndex: evaluation ? index : 0,
    JobModifyIndex: jobModifyIndex,
    Warnings: '',
    Index: index,
    LastContact: 0,
    KnownLeader: true,
  };
  return json(answer, { 'x-nomad-index': String(index) });
}
