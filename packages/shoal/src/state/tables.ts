import type {
  AllocRow,
  AllocStatusRow,
  CatalogCheckRow,
  CatalogNodeRow,
  CatalogServiceRow,
  ConfigEntryRow,
  DeploymentRow,
  EvalRow,
  EventRow,
  JobRow,
  JobVersionRow,
  KvLockRow,
  KvRow,
  LockDelayRow,
  MetaRow,
  NamespaceRow,
  NodePoolRow,
  NodeRow,
  PreparedQueryRow,
  RootKeyRow,
  ScalingEventsRow,
  SessionRow,
  VariableRow,
} from './rows.ts';
import { Table } from './table.ts';

/** Every table, with its keys and secondary indexes. A new kind of row is one entry here. */
export function makeTables() {
  return {
    /** key: `<namespace>/<id>` */
    jobs: new Table<JobRow, 'parent' | 'onEachNode' | 'scaled'>({
      name: 'jobs',
      indexes: {
        parent: (job) => (job.ParentID === '' ? undefined : jobKey(job.Namespace, job.ParentID)),
        /** Value: the type. */
        onEachNode: (job) => (!job.Stop && (job.Type === 'system' || job.Type === 'sysbatch') ? job.Type : undefined),
        /** Has a scaling policy. Value: the namespace. */
        scaled: (job) => (job.TaskGroups?.some(({ Scaling }) => Scaling) ? job.Namespace : undefined),
      },
      stamp: stampJob,
    }),
    /** key: `<namespace>/<id>@<version, 10 digits>` */
    jobVersions: new Table<JobVersionRow, 'job'>({
      name: 'jobVersions',
      indexes: { job: (job) => jobKey(job.Namespace, job.ID) },
      stamp: stampVersion,
    }),
    nodes: new Table<NodeRow, 'draining' | 'pool'>({
      name: 'nodes',
      indexes: {
        draining: (row) => (row.DrainStrategy ? 'yes' : undefined),
        pool: (row) => row.NodePool || 'default',
      },
    }),
    evals: new Table<EvalRow, 'job' | 'status' | 'deployment'>({
      name: 'evals',
      indexes: {
        job: (row) => jobKey(row.Namespace, row.JobID),
        status: (row) => row.Status,
        deployment: (row) => row.DeploymentID || undefined,
      },
      stamp: stampEvaluation,
    }),
    allocs: new Table<AllocRow, 'job' | 'node' | 'eval' | 'deployment'>({
      name: 'allocs',
      indexes: {
        job: (row) => jobKey(row.Namespace, row.JobID),
        node: (row) => row.NodeID,
        eval: (row) => row.EvalID,
        deployment: (row) => row.DeploymentID || undefined,
      },
    }),
    /** key: the allocation's id */
    allocStatus: new Table<AllocStatusRow, 'node'>({ name: 'allocStatus', indexes: { node: (row) => row.NodeID } }),
    deployments: new Table<DeploymentRow, 'job' | 'status'>({
      name: 'deployments',
      indexes: { job: (row) => jobKey(row.Namespace, row.JobID), status: (row) => row.Status },
    }),
    /** key: the name */
    namespaces: new Table<NamespaceRow>({ name: 'namespaces', indexes: {} }),
    /** key: the name */
    nodePools: new Table<NodePoolRow>({ name: 'nodePools', indexes: {} }),
    /** key: as the job's */
    scalingEvents: new Table<ScalingEventsRow>({ name: 'scalingEvents', indexes: {}, stamp: stampScalingEvents }),
    /** key: `<namespace>/<path>` */
    variables: new Table<VariableRow>({ name: 'variables', indexes: {} }),
    /** key: the id */
    rootKeys: new Table<RootKeyRow>({ name: 'rootKeys', indexes: {} }),
    catalogNodes: new Table<CatalogNodeRow, 'id'>({
      name: 'catalogNodes',
      indexes: { id: (row) => row.ID || undefined },
    }),
    catalogServices: new Table<CatalogServiceRow, 'node' | 'name' | 'mesh' | 'ofNomad' | 'alloc'>({
      name: 'catalogServices',
      indexes: {
        node: (row) => row.Node.toLowerCase(),
        name: (row) => row.ServiceName.toLowerCase(),
        /** Instances that stand for a service in a mesh. Value: its name. */
        mesh: meshName,
        /** Nomad's own services. Value: the name. */
        ofNomad: (row) => (row.NomadAllocID === undefined ? undefined : row.ServiceName),
        alloc: (row) => row.NomadAllocID,
      },
    }),
    catalogChecks: new Table<CatalogCheckRow, 'node' | 'serviceName' | 'service' | 'status'>({
      name: 'catalogChecks',
      indexes: {
        node: (row) => row.Node.toLowerCase(),
        serviceName: (row) => row.ServiceName.toLowerCase() || undefined,
        service: (row) => `${row.Node.toLowerCase()}/${row.ServiceID}`,
        status: (row) => row.Status,
      },
    }),
    /** key: the key itself */
    kv: new Table<KvRow, 'session'>({ name: 'kv', indexes: { session: (row) => row.Session } }),
    kvLocks: new Table<KvLockRow>({ name: 'kvLocks', indexes: {} }),
    lockDelays: new Table<LockDelayRow>({ name: 'lockDelays', indexes: {} }),
    sessions: new Table<SessionRow, 'node'>({
      name: 'sessions',
      indexes: { node: (row) => row.Node.toLowerCase() },
    }),
    preparedQueries: new Table<PreparedQueryRow, 'name' | 'session'>({
      name: 'preparedQueries',
      indexes: { name: (row) => row.Name.toLowerCase() || undefined, session: (row) => row.Session || undefined },
    }),
    /** key: the event's LTime, 16 digits */
    events: new Table<EventRow>({ name: 'events', indexes: {} }),
    /** key: `<kind>/<name>` */
    configEntries: new Table<ConfigEntryRow, 'kind'>({
      name: 'configEntries',
      indexes: { kind: (row) => row.Kind },
    }),
    meta: new Table<MetaRow>({ name: 'meta', indexes: {} }),
  };
}

/** A proxy stands for another service, a native instance for its own. */
function meshName({ ServiceKind, ServiceProxy, ServiceName, ServiceNative }: CatalogServiceRow): string | undefined {
  if (ServiceKind === 'connect-proxy') return ServiceProxy?.DestinationServiceName.toLowerCase();
  return ServiceNative ? ServiceName.toLowerCase() : undefined;
}

export type Tables = ReturnType<typeof makeTables>;
export type TableName = keyof Tables;

export function jobKey(namespace: string, id: string): string {
  return `${namespace}/${id}`;
}

export function variableKey(namespace: string, path: string): string {
  return `${namespace}/${path}`;
}

export function jobVersionKey(namespace: string, id: string, version: number): string {
  return `${namespace}/${id}@${String(version).padStart(10, '0')}`;
}

export function catalogKey(node: string, id: string): string {
  return `${node.toLowerCase()}/${id}`;
}

function stampJob(job: JobRow): JobRow {
  return job.JobModifyIndex === 0 ? { ...job, JobModifyIndex: job.ModifyIndex } : job;
}

/** All versions of a job were created with the job. */
function stampVersion(job: JobRow, stored: JobRow): JobRow {
  return stampJob({ ...job, CreateIndex: stored.CreateIndex || job.ModifyIndex });
}

function stampScalingEvents(row: ScalingEventsRow): ScalingEventsRow {
  const groups = Object.entries(row.Groups).map(
    ([name, events]) =>
      [name, events.map((event) => ({ ...event, CreateIndex: event.CreateIndex || row.ModifyIndex }))] as const,
  );
  return { ...row, Groups: Object.fromEntries(groups) };
}

/** 0 stands for the index of the registration that it was made with, in one transaction. */
function stampEvaluation(row: EvalRow): EvalRow {
  return row.JobModifyIndex === 0 ? { ...row, JobModifyIndex: row.CreateIndex } : row;
}
