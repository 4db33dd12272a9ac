import type { Change, ChangeSet } from '../store/contract.ts';
import { composeAllocation } from './compose/allocation.ts';
import { composeDeployment } from './compose/deployment.ts';
import { composeJob } from './compose/job.ts';
import { nomadServiceOf } from './compose/nomad-service.ts';
import { composeNode } from './compose/stubs.ts';
import type { Read } from './read.ts';
import type { AllocRow, AllocStatusRow, CatalogServiceRow, DeploymentRow, EvalRow, JobRow, NodeRow } from './rows.ts';
import type { State } from './state.ts';
import { jobKey } from './tables.ts';

/** What happened, in the words of Nomad's event stream (https://developer.hashicorp.com/nomad/api-docs/events). */
export type StreamEvent = {
  readonly Topic: 'Job' | 'Allocation' | 'Evaluation' | 'Deployment' | 'Node' | 'Service';
  readonly Type: string;
  /** The object's id. */
  readonly Key: string;
  readonly Namespace: string;
  /** Ids that a subscriber may name instead of the key. */
  readonly FilterKeys: readonly string[] | null;
  readonly Index: number;
  readonly Payload: Readonly<Record<string, unknown>>;
};

/** The events of one change set. Objects are composed as they are now: at once for whoever follows, and as they have become for whoever reads back. */
export function eventsOf(state: State, { index, changes }: ChangeSet): StreamEvent[] {
  const read = state.read();
  const kind = kindOf(changes);
  const events = changes.flatMap((change) => eventOf(read, change, kind) ?? []);
  return [...events, ...statusEvents(read, index, changes, kind)].map((event) => ({ ...event, Index: index }));
}

type Unindexed = Omit<StreamEvent, 'Index'>;

/** What the whole set was about: it names the type of what nothing else names. */
type Kind = 'JobRegistered' | 'JobDeregistered' | 'PlanResult' | 'EvaluationUpdated';

function kindOf(changes: readonly Change[]): Kind {
  if (changes.some(({ table }) => table === 'allocs')) return 'PlanResult';
  const job = changes.find(({ table }) => table === 'jobs');
  if (job) return !job.value || (job.value as JobRow).Stop ? 'JobDeregistered' : 'JobRegistered';
  return 'EvaluationUpdated';
}

function eventOf(read: Read, { table, key, value, gone }: Change, kind: Kind): Unindexed | undefined {
  const { tables } = read.state;
  if (table === 'jobs' && value) return jobEvent(read, value as JobRow, kind);
  if (table === 'evals' && value) return evaluationEvent(value as EvalRow);
  if (table === 'allocs' && value) return allocationEvent(read, value as AllocRow, 'PlanResult');
  if (table === 'allocStatus' && value) {
    const row = tables.allocs.get((value as AllocStatusRow).ID);
    return row && allocationEvent(read, row, 'AllocationUpdated');
  }
  if (table === 'deployments' && value) return deploymentEvent(read, value as DeploymentRow, kind);
  if (table === 'nodes') return value ? nodeEvent(value as NodeRow) : nodeGone(key);
  if (table === 'catalogServices') return serviceEvent(read, value as CatalogServiceRow, gone as CatalogServiceRow);
  return undefined;
}

/** A job whose status became another by what happened to its allocations or evaluations. */
function statusEvents(read: Read, index: number, changes: readonly Change[], kind: Kind): Unindexed[] {
  const written = new Set(changes.filter(({ table }) => table === 'jobs').map(({ key }) => key));
  const touched = new Set<string>();
  for (const { table, key, value } of changes) {
    const row = table === 'allocStatus' ? read.state.tables.allocs.get(key) : value;
    if ((table === 'evals' || table === 'allocs' || table === 'allocStatus') && row) {
      const { Namespace, JobID } = row as AllocRow | EvalRow;
      touched.add(jobKey(Namespace, JobID));
    }
  }
  return [...touched].flatMap((key) => {
    const job = written.has(key) ? undefined : read.state.tables.jobs.get(key);
    const changed = job && read.state.summaries.get(job.Namespace, job.ID)?.statusIndex === index;
    return changed ? [jobEvent(read, job, kind)] : [];
  });
}

function jobEvent(read: Read, row: JobRow, kind: Kind): Unindexed {
  const Payload = { Job: composeJob(read, row) };
  return { Topic: 'Job', Type: kind, Key: row.ID, Namespace: row.Namespace, FilterKeys: null, Payload };
}

function evaluationEvent(row: EvalRow): Unindexed {
  return {
    Topic: 'Evaluation',
    Type: row.CreateIndex === row.ModifyIndex ? createdBy(row) : 'EvaluationUpdated',
    Key: row.ID,
    Namespace: row.Namespace,
    FilterKeys: related(row),
    Payload: { Evaluation: row },
  };
}

function createdBy({ TriggeredBy }: EvalRow): string {
  if (TriggeredBy === 'job-register') return 'JobRegistered';
  return TriggeredBy === 'job-deregister' ? 'JobDeregistered' : 'EvaluationUpdated';
}

function allocationEvent(read: Read, row: AllocRow, type: string): Unindexed {
  // Whoever wants the job follows jobs; in each of many allocations it would be most of the stream.
  const { Job: _job, ...Allocation } = composeAllocation(read, row);
  return {
    Topic: 'Allocation',
    Type: type,
    Key: row.ID,
    Namespace: row.Namespace,
    FilterKeys: related(row),
    Payload: { Allocation },
  };
}

function deploymentEvent(read: Read, row: DeploymentRow, kind: Kind): Unindexed {
  return {
    Topic: 'Deployment',
    Type: kind === 'PlanResult' ? kind : 'DeploymentStatusUpdate',
    Key: row.ID,
    Namespace: row.Namespace,
    FilterKeys: [row.JobID],
    Payload: { Deployment: composeDeployment(read, row) },
  };
}

/** Of Nomad's own services; all others are no matter of Nomad's. */
function serviceEvent(
  read: Read,
  row: CatalogServiceRow | undefined,
  gone: CatalogServiceRow | undefined,
): Unindexed | undefined {
  const known = row ?? gone;
  const Service = known?.NomadAllocID === undefined ? undefined : nomadServiceOf(read, known);
  if (!Service) return undefined;
  return {
    Topic: 'Service',
    Type: row ? 'ServiceRegistration' : 'ServiceDeregistration',
    Key: Service.ID,
    Namespace: Service.Namespace,
    FilterKeys: [Service.JobID, Service.ServiceName],
    Payload: { Service },
  };
}

function nodeEvent(row: NodeRow): Unindexed {
  const last = row.Events.at(-1)?.Message ?? '';
  const created = row.CreateIndex === row.ModifyIndex;
  const type = /drain/i.test(last) ? 'NodeDrain' : /for scheduling/.test(last) ? 'NodeEligibility' : 'NodeEvent';
  return {
    Topic: 'Node',
    Type: created ? 'NodeRegistration' : type,
    Key: row.ID,
    Namespace: '',
    FilterKeys: null,
    Payload: { Node: composeNode(row) },
  };
}

function nodeGone(id: string): Unindexed {
  const Payload = { Node: { ID: id } };
  return { Topic: 'Node', Type: 'NodeDeregistration', Key: id, Namespace: '', FilterKeys: null, Payload };
}

function related({ JobID, DeploymentID }: { JobID: string; DeploymentID?: string }): string[] {
  return [JobID, ...(DeploymentID ? [DeploymentID] : [])];
}
