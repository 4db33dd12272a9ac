import type { Answer, BlockingOptions } from '../blocking.ts';
import type { Allocation } from './allocation.ts';
import type {
  AgentSelf,
  AllocStub,
  AllocUsage,
  FileInfo,
  HostUsage,
  IssuedJoinToken,
  JobPlan,
  JobStub,
  JobSummary,
  JobValidation,
  JobVersions,
  JobWritten,
  JoinToken,
  NodeStub,
  ScaleStatus,
  ServerMember,
} from './answers.ts';
import type { Deployment, DeploymentWritten } from './deployment.ts';
import type { Evaluation } from './evaluation.ts';
import { type Frame, readFrames } from './frames.ts';
import type { Job, ScalingPolicy } from './job.ts';
import { type KeyringApi, keyringApi } from './keyring.ts';
import type { ListOptions, Page } from './list.ts';
import type { Node, NodeWritten } from './node.ts';
import { type NodePoolsApi, nodePoolsApi } from './node-pool.ts';
import type { Namespace, NamespaceBody, RaftConfiguration, SchedulerAnswer, SchedulerSettings } from './operator.ts';
import { createRequests, type NomadClientOptions, type Requests } from './request.ts';
import { type NomadCheck, type NomadService, type ServicesApi, servicesApi } from './service.ts';
import { type VariablesApi, variablesApi } from './variable.ts';

/**
 * Nomad's HTTP API. Every method throws `NomadApiError` for an answer that is no 2xx, and the transport's error when there is none. What reads
 * one object answers `undefined` when there is no such object; what lists takes a prefix of ids (of UUIDs: hex digits, an even number of them).
 */
export type NomadClient = {
  readonly jobs: JobsApi;
  readonly allocations: AllocationsApi;
  readonly evaluations: EvaluationsApi;
  readonly deployments: DeploymentsApi;
  readonly nodes: NodesApi;
  readonly files: FilesApi;
  readonly namespaces: NamespacesApi;
  readonly nodePools: NodePoolsApi;
  readonly scaling: ScalingApi;
  readonly system: SystemApi;
  readonly operator: OperatorApi;
  readonly variables: VariablesApi;
  readonly services: ServicesApi;
  readonly keyring: KeyringApi;
  readonly agent: AgentApi;
};

/** Any part of a job in the API's shape; the server fills in the rest. */
export type JobBody = { readonly [field: string]: unknown };

export type JobsApi = {
  list(options?: ListOptions & { namespace?: string }): Promise<Page<JobStub>>;
  read(id: string, blocking?: BlockingOptions): Promise<Answer<Job | undefined>>;
  /** With `checkIndex` only if the job has this `JobModifyIndex` (0: is new). */
  register(
    job: JobBody,
    options?: { checkIndex?: number; preserveCounts?: boolean; evalPriority?: number },
  ): Promise<JobWritten>;
  plan(id: string, job: JobBody, options?: { diff?: boolean }): Promise<JobPlan>;
  validate(job: JobBody): Promise<JobValidation>;
  deregister(
    id: string,
    options?: { purge?: boolean; evalPriority?: number; noShutdownDelay?: boolean },
  ): Promise<JobWritten>;
  /** `forceReschedule`: what failed is replaced now, whatever its policy says. */
  evaluate(id: string, options?: { forceReschedule?: boolean }): Promise<JobWritten>;
  revert(id: string, version: number, enforcePriorVersion?: number): Promise<JobWritten>;
  dispatch(
    id: string,
    options: {
      meta?: Record<string, string>;
      payload?: Uint8Array;
      /** While a child of this token is known, it is the answer. */
      idempotencyToken?: string;
      /** Goes into the id of the child. */
      idPrefix?: string;
    },
  ): Promise<JobWritten & { DispatchedJobID: string }>;
  forcePeriodic(id: string): Promise<JobWritten>;
  summary(id: string, blocking?: BlockingOptions): Promise<Answer<JobSummary | undefined>>;
  /** `diffs`: each against the one before, or against one that is named. */
  versions(
    id: string,
    options?: { diffs?: boolean; diffVersion?: number; diffTag?: string },
  ): Promise<Answer<JobVersions | undefined>>;
  /** Gives a version a name; the newest unless `version` says another. */
  tag(id: string, tag: { name: string; description?: string; version?: number }): Promise<void>;
  untag(id: string, name: string): Promise<void>;
  /** With `all` also those of an earlier job of the same id. */
  allocations(id: string, options?: BlockingOptions & { all?: boolean }): Promise<Answer<AllocStub[]>>;
  evaluations(id: string, blocking?: BlockingOptions): Promise<Answer<Evaluation[]>>;
  /** Of a group, to `count`. `message` is kept with the job's scaling events. */
  scale(id: string, to: { group: string; count: number; message?: string }): Promise<JobWritten>;
  /** Counts, and what has changed them. */
  scaleStatus(id: string, blocking?: BlockingOptions): Promise<Answer<ScaleStatus | undefined>>;
  /** With `all` also those of an earlier job of the same id. */
  deployments(id: string, options?: BlockingOptions & { all?: boolean }): Promise<Answer<Deployment[]>>;
  latestDeployment(id: string, blocking?: BlockingOptions): Promise<Answer<Deployment | null>>;
  /** Its services of Nomad's own. */
  services(id: string, blocking?: BlockingOptions): Promise<Answer<NomadService[]>>;
};

export type AllocationsApi = {
  list(options?: ListOptions): Promise<Page<AllocStub>>;
  read(id: string, blocking?: BlockingOptions): Promise<Answer<Allocation | undefined>>;
  stop(id: string, options?: { noShutdownDelay?: boolean }): Promise<{ EvalID: string }>;
  /** One task, or all. */
  restart(id: string, task?: string): Promise<void>;
  signal(id: string, signal: string, task?: string): Promise<void>;
  stats(id: string): Promise<AllocUsage>;
  /** Its services of Nomad's own. */
  services(id: string, blocking?: BlockingOptions): Promise<Answer<NomadService[]>>;
  /** How the checks of those do, by their IDs. */
  checks(id: string): Promise<Record<string, NomadCheck>>;
};

export type EvaluationsApi = {
  list(options?: ListOptions & { job?: string; status?: string }): Promise<Page<Evaluation>>;
  read(id: string, blocking?: BlockingOptions): Promise<Answer<Evaluation | undefined>>;
  allocations(id: string, blocking?: BlockingOptions): Promise<Answer<AllocStub[]>>;
};

export type DeploymentsApi = {
  list(options?: ListOptions): Promise<Page<Deployment>>;
  read(id: string, blocking?: BlockingOptions): Promise<Answer<Deployment | undefined>>;
  allocations(id: string, blocking?: BlockingOptions): Promise<Answer<AllocStub[]>>;
  /** Canaries of these groups, or of all. */
  promote(id: string, groups?: readonly string[]): Promise<DeploymentWritten>;
  fail(id: string): Promise<DeploymentWritten>;
  pause(id: string, pause: boolean): Promise<DeploymentWritten>;
  unblock(id: string): Promise<DeploymentWritten>;
};

export type NodesApi = {
  list(options?: ListOptions): Promise<Page<NodeStub>>;
  read(id: string, blocking?: BlockingOptions): Promise<Answer<Node | undefined>>;
  allocations(id: string, blocking?: BlockingOptions): Promise<Answer<Allocation[]>>;
  setEligibility(id: string, eligibility: Node['SchedulingEligibility']): Promise<void>;
  /** Empties the node of its work. `deadlineNanos`: negative is at once, 0 is without one. */
  drain(id: string, spec: { deadlineNanos: number; ignoreSystemJobs: boolean }): Promise<NodeWritten>;
  endDrain(id: string, options: { markEligible: boolean }): Promise<NodeWritten>;
  stats(id: string): Promise<HostUsage>;
};

export type NamespacesApi = {
  list(options?: BlockingOptions & { prefix?: string }): Promise<Answer<Namespace[]>>;
  read(name: string, blocking?: BlockingOptions): Promise<Answer<Namespace | undefined>>;
  /** Makes it, or writes it anew. */
  put(namespace: NamespaceBody): Promise<void>;
  delete(name: string): Promise<void>;
};

/** What lists show of a scaling policy. */
export type ScalingPolicyStub = Omit<ScalingPolicy, 'Namespace' | 'Policy' | 'Min' | 'Max'>;

export type ScalingApi = {
  policies(options?: BlockingOptions & { job?: string; type?: string }): Promise<Answer<ScalingPolicyStub[]>>;
  policy(id: string, blocking?: BlockingOptions): Promise<Answer<Omit<ScalingPolicy, 'Namespace'> | undefined>>;
};

export type SystemApi = {
  collectGarbage(): Promise<void>;
  reconcileSummaries(): Promise<void>;
};

export type OperatorApi = {
  scheduler(): Promise<SchedulerAnswer>;
  /** With `checkIndex` only if the configuration was last changed at it; `Updated` tells. */
  setScheduler(settings: SchedulerSettings, options?: { checkIndex?: number }): Promise<{ Updated: boolean }>;
  raft(): Promise<RaftConfiguration>;
  /** As it is: its fields depend on the server. */
  autopilot(): Promise<Record<string, unknown>>;
};

/** Where to begin: `offset` bytes from the start, or back from the end. */
export type StreamFrom = { readonly origin: 'start' | 'end'; readonly offset: number };

/** Files of an allocation. Streams end with the file, or when `signal` aborts; followed ones only then. */
export type FilesApi = {
  list(allocId: string, path: string): Promise<FileInfo[]>;
  stat(allocId: string, path: string): Promise<FileInfo>;
  cat(allocId: string, path: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  stream(
    allocId: string,
    path: string,
    options: StreamFrom & { follow: boolean; signal?: AbortSignal },
  ): Promise<AsyncIterable<Frame>>;
  logs(allocId: string, options: LogOptions): Promise<AsyncIterable<Frame>>;
};

export type LogOptions = StreamFrom & {
  readonly task: string;
  readonly type: 'stdout' | 'stderr';
  readonly follow: boolean;
  readonly signal?: AbortSignal;
};

export type AgentApi = {
  self(): Promise<AgentSelf>;
  members(): Promise<{ ServerName: string; ServerRegion: string; Members: ServerMember[] | null }>;
  /** `host:port` of the leading server. */
  leader(): Promise<string>;
  /** The log of the agent that is asked, or of a node's, from now on. */
  monitor(options?: MonitorOptions): Promise<AsyncIterable<Uint8Array>>;
  /** Shoal's own; a server answers them for users of its own machine only. */
  readonly joinTokens: JoinTokensApi;
};

export type MonitorOptions = {
  readonly level?: string;
  readonly json?: boolean;
  readonly nodeId?: string;
  readonly signal?: AbortSignal;
};

export type JoinTokensApi = {
  /** Milliseconds and a number; 0 is without limit. */
  issue(limits: { ttlMs: number; uses: number }): Promise<IssuedJoinToken>;
  list(): Promise<JoinToken[]>;
  /** One, or all. */
  revoke(id?: string): Promise<{ revoked: number }>;
};

export function createNomadClient(options: NomadClientOptions): NomadClient {
  const requests = createRequests(options);
  return {
    jobs: jobsApi(requests),
    allocations: allocationsApi(requests),
    evaluations: evaluationsApi(requests),
    deployments: deploymentsApi(requests),
    nodes: nodesApi(requests),
    files: filesApi(requests),
    namespaces: namespacesApi(requests),
    nodePools: nodePoolsApi(requests),
    scaling: scalingApi(requests),
    system: systemApi(requests),
    operator: operatorApi(requests),
    variables: variablesApi(requests),
    services: servicesApi(requests),
    keyring: keyringApi(requests),
    agent: agentApi(requests),
  };
}

function jobsApi({ list, read, find, write }: Requests): JobsApi {
  const job = (id: string, rest = '') => `/v1/job/${encodeURIComponent(id)}${rest}`;
  const tagOf = (id: string, name: string) => job(id, `/versions/${encodeURIComponent(name)}/tag`);
  return {
    list: ({ namespace, ...options } = {}) =>
      list('/v1/jobs', options, { ...(namespace !== undefined && { namespace }) }),
    read: (id, blocking) => find(job(id), {}, blocking),
    register: (body, { checkIndex, preserveCounts, evalPriority } = {}) =>
      write('PUT', '/v1/jobs', {
        query: placeOf(body),
        body: {
          Job: body,
          ...(checkIndex !== undefined && { EnforceIndex: true, JobModifyIndex: checkIndex }),
          ...(preserveCounts && { PreserveCounts: true }),
          ...(evalPriority !== undefined && { EvalPriority: evalPriority }),
        },
      }),
    plan: (id, body, { diff = true } = {}) =>
      write('PUT', job(id, '/plan'), { query: placeOf(body), body: { Job: body, Diff: diff } }),
    validate: (body) => write('PUT', '/v1/validate/job', { query: placeOf(body), body: { Job: body } }),
    deregister: (id, { purge, evalPriority, noShutdownDelay } = {}) =>
      write('DELETE', job(id), {
        query: { purge, eval_priority: evalPriority, no_shutdown_delay: noShutdownDelay },
      }),
    evaluate: (id, { forceReschedule = false } = {}) =>
      write('PUT', job(id, '/evaluate'), {
        body: { JobID: id, ...(forceReschedule && { EvalOptions: { ForceReschedule: true } }) },
      }),
    revert: (id, version, prior) =>
      write('PUT', job(id, '/revert'), {
        body: { JobID: id, JobVersion: version, ...(prior !== undefined && { EnforcePriorVersion: prior }) },
      }),
    dispatch: (id, { meta = {}, payload, idempotencyToken, idPrefix }) =>
      write('PUT', job(id, '/dispatch'), {
        query: { idempotency_token: idempotencyToken },
        body: {
          JobID: id,
          Meta: meta,
          ...(payload && { Payload: base64(payload) }),
          ...(idPrefix && { IdPrefixTemplate: idPrefix }),
        },
      }),
    forcePeriodic: (id) => write('PUT', job(id, '/periodic/force')),
    summary: (id, blocking) => find(job(id, '/summary'), {}, blocking),
    versions: (id, { diffs, diffVersion, diffTag } = {}) =>
      find(job(id, '/versions'), { diffs, diff_version: diffVersion, diff_tag: diffTag }),
    async tag(id, { name, description = '', version }) {
      const body = { Description: description, ...(version !== undefined && { Version: version }) };
      await write('PUT', tagOf(id, name), { body });
    },
    async untag(id, name) {
      await write('DELETE', tagOf(id, name), {});
    },
    allocations: (id, { all, ...blocking } = {}) => read(job(id, '/allocations'), { all }, blocking),
    evaluations: (id, blocking) => read(job(id, '/evaluations'), {}, blocking),
    scale: (id, { group, count, message = '' }) =>
      write('PUT', job(id, '/scale'), {
        body: { Count: count, Target: { Job: id, Group: group }, Message: message },
      }),
    scaleStatus: (id, blocking) => find(job(id, '/scale'), {}, blocking),
    deployments: (id, { all, ...blocking } = {}) => read(job(id, '/deployments'), { all }, blocking),
    latestDeployment: (id, blocking) => read(job(id, '/deployment'), {}, blocking),
    services: (id, blocking) => read(job(id, '/services'), {}, blocking),
  };
}

/** A job that names its region or namespace is sent there. */
function placeOf({ Region: region, Namespace: namespace }: JobBody) {
  return {
    ...(typeof region === 'string' && region !== '' && { region }),
    ...(typeof namespace === 'string' && namespace !== '' && { namespace }),
  };
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

function allocationsApi({ list, read, find, write }: Requests): AllocationsApi {
  const control = async (id: string, verb: string, body: object) => {
    await write('PUT', `/v1/client/allocation/${id}/${verb}`, { body });
  };
  return {
    list: (options) => list('/v1/allocations', options),
    read: (id, blocking) => find(`/v1/allocation/${id}`, {}, blocking),
    stop: (id, { noShutdownDelay } = {}) =>
      write('PUT', `/v1/allocation/${id}/stop`, { query: { no_shutdown_delay: noShutdownDelay } }),
    restart: (id, task = '') => control(id, 'restart', { TaskName: task }),
    signal: (id, signal, task = '') => control(id, 'signal', { Signal: signal, Task: task }),
    stats: async (id) => (await read<AllocUsage>(`/v1/client/allocation/${id}/stats`)).value,
    services: (id, blocking) => read(`/v1/allocation/${id}/services`, {}, blocking),
    checks: async (id) => (await read<Record<string, NomadCheck>>(`/v1/client/allocation/${id}/checks`)).value,
  };
}

function evaluationsApi({ list, read, find }: Requests): EvaluationsApi {
  return {
    list: ({ job, status, ...options } = {}) => list('/v1/evaluations', options, { job, status }),
    read: (id, blocking) => find(`/v1/evaluation/${id}`, {}, blocking),
    allocations: (id, blocking) => read(`/v1/evaluation/${id}/allocations`, {}, blocking),
  };
}

function deploymentsApi({ list, read, find, write }: Requests): DeploymentsApi {
  const change = (verb: string, id: string, body: object = {}) =>
    write<DeploymentWritten>('PUT', `/v1/deployment/${verb}/${id}`, { body: { DeploymentID: id, ...body } });
  return {
    list: (options) => list('/v1/deployments', options),
    read: (id, blocking) => find(`/v1/deployment/${id}`, {}, blocking),
    allocations: (id, blocking) => read(`/v1/deployment/allocations/${id}`, {}, blocking),
    promote: (id, groups) => change('promote', id, groups ? { Groups: groups } : { All: true }),
    fail: (id) => change('fail', id),
    pause: (id, pause) => change('pause', id, { Pause: pause }),
    unblock: (id) => change('unblock', id),
  };
}

function nodesApi({ list, read, find, write }: Requests): NodesApi {
  return {
    list: (options) => list('/v1/nodes', options),
    read: (id, blocking) => find(`/v1/node/${id}`, {}, blocking),
    allocations: (id, blocking) => read(`/v1/node/${id}/allocations`, {}, blocking),
    setEligibility: async (id, eligibility) => {
      await write('PUT', `/v1/node/${id}/eligibility`, { body: { NodeID: id, Eligibility: eligibility } });
    },
    drain: (id, { deadlineNanos, ignoreSystemJobs }) =>
      write('PUT', `/v1/node/${id}/drain`, {
        body: { NodeID: id, DrainSpec: { Deadline: deadlineNanos, IgnoreSystemJobs: ignoreSystemJobs } },
      }),
    endDrain: (id, { markEligible }) =>
      write('PUT', `/v1/node/${id}/drain`, { body: { NodeID: id, DrainSpec: null, MarkEligible: markEligible } }),
    stats: async (id) => (await read<HostUsage>('/v1/client/stats', { node_id: id })).value,
  };
}

function filesApi({ read, stream }: Requests): FilesApi {
  return {
    list: async (id, path) => (await read<FileInfo[] | null>(`/v1/client/fs/ls/${id}`, { path })).value ?? [],
    stat: async (id, path) => (await read<FileInfo>(`/v1/client/fs/stat/${id}`, { path })).value,
    cat: (id, path, signal) => stream(`/v1/client/fs/cat/${id}`, { path }, signal),
    stream: async (id, path, { signal, ...query }) =>
      readFrames(await stream(`/v1/client/fs/stream/${id}`, { path, ...query }, signal)),
    logs: async (id, { signal, ...query }) =>
      readFrames(await stream(`/v1/client/fs/logs/${id}`, { ...query, plain: false }, signal)),
  };
}

function namespacesApi({ read, find, write }: Requests): NamespacesApi {
  const path = (name: string) => `/v1/namespace/${encodeURIComponent(name)}`;
  return {
    list: ({ prefix, ...blocking } = {}) => read('/v1/namespaces', { prefix }, blocking),
    read: (name, blocking) => find(path(name), {}, blocking),
    put: async (namespace) => {
      await write('PUT', path(namespace.Name), { body: namespace });
    },
    delete: async (name) => {
      await write('DELETE', path(name));
    },
  };
}

function scalingApi({ read, find }: Requests): ScalingApi {
  return {
    policies: ({ job, type, ...blocking } = {}) => read('/v1/scaling/policies', { job, type }, blocking),
    policy: (id, blocking) => find(`/v1/scaling/policy/${encodeURIComponent(id)}`, {}, blocking),
  };
}

function systemApi({ write }: Requests): SystemApi {
  return {
    collectGarbage: async () => {
      await write('PUT', '/v1/system/gc');
    },
    reconcileSummaries: async () => {
      await write('PUT', '/v1/system/reconcile/summaries');
    },
  };
}

function operatorApi({ read, write }: Requests): OperatorApi {
  return {
    scheduler: async () => (await read<SchedulerAnswer>('/v1/operator/scheduler/configuration')).value,
    setScheduler: (settings, { checkIndex } = {}) =>
      write('PUT', '/v1/operator/scheduler/configuration', { query: { cas: checkIndex }, body: settings }),
    raft: async () => (await read<RaftConfiguration>('/v1/operator/raft/configuration')).value,
    autopilot: async () => (await read<Record<string, unknown>>('/v1/operator/autopilot/configuration')).value,
  };
}

function agentApi({ read, write, stream }: Requests): AgentApi {
  return {
    self: async () => (await read<AgentSelf>('/v1/agent/self')).value,
    members: async () => (await read<Awaited<ReturnType<AgentApi['members']>>>('/v1/agent/members')).value,
    leader: async () => (await read<string>('/v1/status/leader')).value,
    monitor: ({ level, json, nodeId, signal } = {}) =>
      stream('/v1/agent/monitor', { log_level: level, log_json: json, node_id: nodeId, plain: true }, signal),
    joinTokens: {
      issue: ({ ttlMs, uses }) => write('PUT', '/v1/agent/join-tokens', { body: { TTL: ttlMs, Uses: uses } }),
      list: async () => (await read<JoinToken[]>('/v1/agent/join-tokens')).value,
      revoke: (id) => write('DELETE', `/v1/agent/join-tokens${id === undefined ? '' : `/${encodeURIComponent(id)}`}`),
    },
  };
}
