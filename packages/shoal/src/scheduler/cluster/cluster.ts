import type { Job, Node } from '@shoal/api';
import { combinedStatus, isClientTerminal } from '../../state/alloc-view.ts';
import type { AllocRow, AllocStatusRow, DeploymentRow } from '../../state/rows.ts';
import { jobKey } from '../../state/tables.ts';
import type { Change } from '../../store/contract.ts';
import type { NewAlloc } from '../plan.ts';
import type { AllocEntry, JobEntry } from './entries.ts';
import { Nodes } from './nodes.ts';
import { newAlloc, newVersion, readAlloc, readStatus } from './read-rows.ts';

/** An allocation that a plan made and the feed has not brought: its job is taken to be as new as can be. */
export const TENTATIVE = Number.MAX_SAFE_INTEGER;

/**
 * All that scheduling looks at, kept current by changes. Changes may come in any order of tables: what refers to something
 * that is not there yet finds it when it comes.
 */
export class Cluster {
  readonly nodes = new Nodes();
  readonly allocs = new Map<string, AllocEntry>();
  readonly #jobs = new Map<string, JobEntry>();
  /** Reports that came before their allocation. */
  readonly #early = new Map<string, { row: AllocStatusRow; index: number }>();
  readonly #nodeIndex = new Map<string, number>();
  /** A deletion names only the deployment. */
  readonly #deploymentJobs = new Map<string, JobEntry>();
  #index = 0;

  get index(): number {
    return this.#index;
  }

  job(key: string): JobEntry | undefined {
    return this.#jobs.get(key);
  }

  reach(index: number): void {
    if (index > this.#index) this.#index = index;
  }

  apply(change: Change): void {
    this.reach(change.modifyIndex);
    switch (change.table) {
      case 'allocs':
        if (change.value) this.#putAlloc(change, change.value as AllocRow);
        else this.removeAlloc(change.key);
        break;
      case 'allocStatus':
        this.#putStatus(change, change.value as AllocStatusRow | undefined);
        break;
      case 'nodes':
        this.#putNode(change, change.value as Node | undefined);
        break;
      case 'jobs':
        this.#putJob(change, change.value as Job | undefined);
        break;
      case 'jobVersions':
        if (change.value) this.#addVersion(change.value as Job, change.modifyIndex);
        else this.#removeVersion(change.key);
        break;
      case 'deployments':
        if (change.value) this.#putDeployment(change, change.value as DeploymentRow);
        else this.#removeDeployment(change.key);
        break;
    }
  }

  /** An allocation of a plan, before the feed brings it. */
  addTentative(row: NewAlloc): AllocEntry {
    const entry = this.#entry(row);
    entry.createIndex = TENTATIVE;
    readAlloc(entry, row);
    this.#settleIn(entry);
    return entry;
  }

  /** The feed brought a tentative one just as it was planned. */
  confirm(entry: AllocEntry, index: number): void {
    if (entry.createIndex !== TENTATIVE) return;
    entry.createIndex = index;
    entry.modifyIndex = index;
  }

  removeAlloc(id: string): void {
    const entry = this.allocs.get(id);
    this.#early.delete(id);
    if (!entry) return;
    this.#count(entry, false);
    this.allocs.delete(id);
    entry.job.allocs.delete(entry);
    this.#recountPrevious(entry);
    this.#forgetIfEmpty(entry.job);
  }

  /** To be called after anything about it was changed: decides whether it holds its place on the node. */
  recount(entry: AllocEntry): void {
    entry.client = combinedStatus(entry.stated, entry.reported);
    this.#count(entry, this.#holds(entry));
  }

  /**
   * An allocation that is to stop holds its resources and ports until its client says that it ended, unless its successor
   * is on the same node: that one waits for it, and has taken over its place.
   */
  #holds(entry: AllocEntry): boolean {
    if (isClientTerminal(entry.client)) return false;
    if (entry.desired === 'run' || entry.next === '') return true;
    return this.allocs.get(entry.next)?.slot !== entry.slot;
  }

  #count(entry: AllocEntry, counted: boolean): void {
    if (entry.counted === counted || (counted && !entry.shape)) return;
    entry.counted = counted;
    if (entry.shape) this.nodes.use(entry.slot, entry.shape, counted ? 1 : -1);
    if (entry.ports.length === 0) return;
    const ports = this.nodes.ports(entry.slot);
    for (const port of entry.ports) counted ? ports.take(port) : ports.release(port);
  }

  #putAlloc({ key, createIndex, modifyIndex }: Change, row: AllocRow): void {
    const entry = this.allocs.get(key) ?? this.#entry(row);
    if (entry.modifyIndex > modifyIndex) return;
    entry.createIndex = createIndex;
    entry.modifyIndex = modifyIndex;
    readAlloc(entry, row);
    this.#settleIn(entry);
  }

  #entry(row: NewAlloc): AllocEntry {
    const entry = newAlloc(row, this.#jobOf(row.Namespace, row.JobID), this.nodes.slotOf(row.NodeID));
    this.allocs.set(entry.id, entry);
    entry.job.allocs.add(entry);
    const early = this.#early.get(entry.id);
    if (!early) return entry;
    this.#early.delete(entry.id);
    entry.statusIndex = early.index;
    readStatus(entry, early.row);
    return entry;
  }

  #settleIn(entry: AllocEntry): void {
    entry.shape ??= entry.job.versions.get(entry.version)?.groups.get(entry.group)?.shape;
    this.recount(entry);
    this.#recountPrevious(entry);
  }

  #recountPrevious(entry: AllocEntry): void {
    const previous = entry.previous === '' ? undefined : this.allocs.get(entry.previous);
    if (previous) this.recount(previous);
  }

  #putStatus({ key, modifyIndex }: Change, row: AllocStatusRow | undefined): void {
    const entry = this.allocs.get(key);
    if (!entry) {
      if (row) this.#early.set(key, { row, index: modifyIndex });
      else this.#early.delete(key);
      return;
    }
    if (entry.statusIndex > modifyIndex) return;
    entry.statusIndex = modifyIndex;
    readStatus(entry, row);
    this.recount(entry);
  }

  #putNode({ key, modifyIndex }: Change, row: Node | undefined): void {
    if ((this.#nodeIndex.get(key) ?? 0) > modifyIndex) return;
    this.#nodeIndex.set(key, modifyIndex);
    this.nodes.set(key, row);
  }

  nodeIndex(id: string): number {
    return this.#nodeIndex.get(id) ?? 0;
  }

  #putJob({ key, createIndex, modifyIndex }: Change, row: Job | undefined): void {
    const found = this.#jobs.get(key);
    if (found?.row && found.row.modifyIndex > modifyIndex) return;
    if (row) {
      this.#addVersion(row, modifyIndex);
      this.#jobOf(row.Namespace, row.ID).row = {
        row: stamped(row, createIndex, modifyIndex),
        createIndex,
        modifyIndex,
      };
    } else if (found) {
      found.row = undefined;
      this.#forgetIfEmpty(found);
    }
  }

  #addVersion(row: Job, modifyIndex: number): void {
    const job = this.#jobOf(row.Namespace, row.ID);
    const known = job.versions.get(row.Version);
    if (known && known.modifyIndex >= modifyIndex) return;
    job.versions.set(row.Version, newVersion(row, modifyIndex));
    for (const alloc of job.allocs) if (!alloc.shape && alloc.version === row.Version) this.#settleIn(alloc);
  }

  #removeVersion(key: string): void {
    const at = key.lastIndexOf('@');
    const job = this.#jobs.get(key.slice(0, at));
    if (!job) return;
    job.versions.delete(Number(key.slice(at + 1)));
    this.#forgetIfEmpty(job);
  }

  #putDeployment({ key, createIndex, modifyIndex }: Change, row: DeploymentRow): void {
    const job = this.#jobOf(row.Namespace, row.JobID);
    this.#deploymentJobs.set(key, job);
    if ((job.deployments.get(key)?.modifyIndex ?? 0) > modifyIndex) return;
    job.deployments.set(key, { row, createIndex, modifyIndex });
  }

  #removeDeployment(key: string): void {
    const job = this.#deploymentJobs.get(key);
    this.#deploymentJobs.delete(key);
    job?.deployments.delete(key);
    if (job) this.#forgetIfEmpty(job);
  }

  #jobOf(namespace: string, id: string): JobEntry {
    const key = jobKey(namespace, id);
    const found = this.#jobs.get(key);
    if (found) return found;
    const made: JobEntry = {
      key,
      namespace,
      id,
      row: undefined,
      versions: new Map(),
      allocs: new Set(),
      deployments: new Map(),
    };
    this.#jobs.set(key, made);
    return made;
  }

  #forgetIfEmpty(job: JobEntry): void {
    const empty = !job.row && job.allocs.size === 0 && job.versions.size === 0 && job.deployments.size === 0;
    if (empty) this.#jobs.delete(job.key);
  }
}

/** As the tables stamp it: a job that says nothing of its own last change was changed with its row. */
function stamped(job: Job, createIndex: number, modifyIndex: number): Job {
  const JobModifyIndex = job.JobModifyIndex || modifyIndex;
  return { ...job, CreateIndex: createIndex, ModifyIndex: modifyIndex, JobModifyIndex };
}
