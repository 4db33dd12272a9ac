import type { AllocClientStatus, Evaluation, Job, Node } from '@shoal/api';
import type { Scheduler, SchedulerConfig } from '../../../src/scheduler/contract.ts';
import type { Plan } from '../../../src/scheduler/plan.ts';
import { createScheduler } from '../../../src/scheduler/scheduler.ts';
import type { AllocRow, AllocStatusRow, DeploymentRow } from '../../../src/state/rows.ts';
import { jobKey, jobVersionKey } from '../../../src/state/tables.ts';
import type { Change } from '../../../src/store/contract.ts';
import { anEval, SECOND } from './builders.ts';

type Stored = { value: object; createIndex: number; modifyIndex: number };

/** A cluster of rows with a scheduler that follows it, and plans carried out as a server does. */
export class World {
  readonly scheduler: Scheduler;
  /** Unix nanoseconds. */
  now = 1_700_000_000 * SECOND;
  readonly #rows = new Map<string, Map<string, Stored>>();
  #index = 0;
  #ids = 0;

  constructor(config?: SchedulerConfig) {
    this.scheduler = createScheduler({ newId: () => this.id('id') }, config);
  }

  id(prefix: string): string {
    this.#ids += 1;
    return `${prefix}-${this.#ids}`;
  }

  node(node: Node): Node {
    this.put('nodes', node.ID, node);
    return node;
  }

  /** Registers it as a new version, if it is there already. */
  register(job: Job): Job {
    const before = this.job(job.ID, job.Namespace);
    const row = { ...job, Version: before ? before.Version + 1 : 0 };
    this.put('jobs', jobKey(job.Namespace, job.ID), row);
    this.put('jobVersions', jobVersionKey(job.Namespace, job.ID, row.Version), row);
    return this.job(job.ID, job.Namespace) as Job;
  }

  job(id: string, namespace = 'default'): Job | undefined {
    const stored = this.#table('jobs').get(jobKey(namespace, id));
    if (!stored) return undefined;
    return { ...(stored.value as Job), CreateIndex: stored.createIndex, ModifyIndex: stored.modifyIndex };
  }

  version(id: string, version: number, namespace = 'default'): Job {
    return this.#table('jobVersions').get(jobVersionKey(namespace, id, version))?.value as Job;
  }

  purge(job: Job): void {
    this.remove('jobs', jobKey(job.Namespace, job.ID));
  }

  plan(job: Job, changes: Partial<Evaluation> = {}): Plan {
    const evaluation = anEval(job, { ID: this.id('eval'), ...changes });
    return this.scheduler.plan(evaluation, { now: this.now });
  }

  /** Plans and commits. */
  evaluate(job: Job, changes: Partial<Evaluation> = {}): Plan {
    const plan = this.plan(job, changes);
    this.commit(plan);
    return plan;
  }

  commit(plan: Plan): void {
    for (const { id, set } of plan.allocPatches) {
      const row = this.alloc(id);
      const state = { Field: 0, Value: set.ClientStatus ?? 'running', Time: new Date(this.now / 1e6).toISOString() };
      const AllocStates = [...(row.AllocStates ?? []), ...('ClientStatus' in set ? [state] : [])];
      this.put('allocs', id, { ...row, ...set, AllocStates });
    }
    for (const row of plan.newAllocs) this.put('allocs', row.ID, row);
    if (plan.newDeployment) this.put('deployments', plan.newDeployment.ID, plan.newDeployment);
    for (const { id, set } of plan.deploymentPatches) this.put('deployments', id, { ...this.deployment(id), ...set });
    this.scheduler.settle(plan.id, 'committed');
  }

  /** What the client reports of an allocation. */
  report(id: string, status: AllocClientStatus, more: Partial<AllocStatusRow> = {}): void {
    const finished = new Date(this.now / 1e6).toISOString();
    const ended = status === 'failed' || status === 'complete';
    const row = {
      ID: id,
      NodeID: this.alloc(id).NodeID,
      ClientStatus: status,
      ClientDescription: '',
      TaskStates: ended ? { t: { State: 'dead', FinishedAt: finished } } : {},
      DeploymentHealthy: null,
      NetworkStatus: null,
      ModifyTime: this.now,
      ...more,
    };
    this.put('allocStatus', id, row);
  }

  /** All of a job's that should run, run and are healthy. */
  allHealthy(job: Job): void {
    for (const alloc of this.running(job)) this.healthy(alloc.ID);
  }

  healthy(id: string, healthy = true): void {
    const { DeploymentID } = this.alloc(id);
    this.report(id, 'running', { DeploymentHealthy: { Healthy: healthy, Timestamp: '', DeploymentID } });
  }

  alloc(id: string): AllocRow {
    return this.#table('allocs').get(id)?.value as AllocRow;
  }

  deployment(id: string): DeploymentRow {
    return this.#table('deployments').get(id)?.value as DeploymentRow;
  }

  allocs(job?: Pick<Job, 'ID'>): AllocRow[] {
    const rows = [...this.#table('allocs').values()].map((each) => each.value as AllocRow);
    return job ? rows.filter((row) => row.JobID === job.ID) : rows;
  }

  status(id: string): AllocStatusRow | undefined {
    return this.#table('allocStatus').get(id)?.value as AllocStatusRow | undefined;
  }

  running(job?: Pick<Job, 'ID'>): AllocRow[] {
    return this.allocs(job).filter((row) => row.DesiredStatus === 'run' && !this.ended(row));
  }

  ended(row: AllocRow): boolean {
    const status = this.status(row.ID)?.ClientStatus;
    return row.ClientStatus === 'lost' || status === 'complete' || status === 'failed';
  }

  put(table: string, key: string, value: object): void {
    this.#index += 1;
    const createIndex = this.#table(table).get(key)?.createIndex ?? this.#index;
    this.#table(table).set(key, { value, createIndex, modifyIndex: this.#index });
    this.scheduler.apply([{ table, key, value, createIndex, modifyIndex: this.#index }]);
  }

  remove(table: string, key: string): void {
    this.#index += 1;
    this.#table(table).delete(key);
    this.scheduler.apply([{ table, key, value: undefined, createIndex: this.#index, modifyIndex: this.#index }]);
  }

  /** Every row, as a snapshot. */
  changes(): Change[] {
    return [...this.#rows].flatMap(([table, rows]) => [...rows].map(([key, stored]) => ({ table, key, ...stored })));
  }

  #table(name: string): Map<string, Stored> {
    const found = this.#rows.get(name) ?? new Map<string, Stored>();
    this.#rows.set(name, found);
    return found;
  }
}
