import type { AllocClientStatus, JobStatus } from '@shoal/api';
import { clientStatus, isTerminal } from './alloc-view.ts';
import { isTemplate } from './job-kind.ts';
import type { AllocRow, AllocStatusRow, EvalRow, JobRow } from './rows.ts';
import type { Applied } from './table.ts';
import { jobKey, type Tables } from './tables.ts';

/** What is derived of a job from its allocations and evaluations, kept up to date change by change, so that a list of jobs reads no allocation. */
export type JobSummary = {
  readonly groups: ReadonlyMap<string, GroupCounts>;
  /** Allocations that are neither ended nor unwanted. */
  readonly live: number;
  /** Evaluations that are pending or blocked. */
  readonly openEvals: number;
  /** Whether there ever was an allocation or evaluation that is still kept. */
  readonly touched: boolean;
  /** Groups' allocations that could not be placed, from the newest evaluation that said so. */
  readonly queued: Readonly<Record<string, number>>;
  /** Highest index of anything that went in. */
  readonly index: number;
  /** The job's status, and the index at which it last became another. */
  readonly status: JobStatus;
  readonly statusIndex: number;
};

export type GroupCounts = {
  Starting: number;
  Running: number;
  Failed: number;
  Complete: number;
  Lost: number;
  Unknown: number;
};

const FIELD: Record<AllocClientStatus, keyof GroupCounts> = {
  pending: 'Starting',
  running: 'Running',
  complete: 'Complete',
  failed: 'Failed',
  lost: 'Lost',
  unknown: 'Unknown',
};

type Mutable = {
  groups: Map<string, GroupCounts>;
  live: number;
  allocs: number;
  evals: number;
  openEvals: number;
  touched: boolean;
  queued: Record<string, number>;
  queuedIndex: number;
  /** Index of the job's registration: allocations of a former job of that name are older. */
  since: number;
  index: number;
  status: JobStatus;
  statusIndex: number;
};

export class JobSummaries {
  readonly #tables: Tables;
  readonly #summaries = new Map<string, Mutable>();
  #statusIndex = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** When any job last changed its status. */
  get statusIndex(): number {
    return this.#statusIndex;
  }

  get(namespace: string, id: string): JobSummary | undefined {
    return this.#summaries.get(jobKey(namespace, id));
  }

  allocChanged({ old, row, index }: Applied<AllocRow>): void {
    const any = row ?? old;
    if (!any) return;
    const status = this.#tables.allocStatus.get(any.ID);
    // While loading, a report comes before its allocation.
    const latest = Math.max(index, status?.ModifyIndex ?? 0);
    this.#move(old && { alloc: old, status }, row && { alloc: row, status }, latest);
  }

  statusChanged({ old, row, index }: Applied<AllocStatusRow>): void {
    const alloc = this.#tables.allocs.get((row ?? old)?.ID ?? '');
    if (alloc) this.#move({ alloc, status: old }, { alloc, status: row }, index);
  }

  evalChanged({ old, row, index }: Applied<EvalRow>): void {
    const any = row ?? old;
    if (!any) return;
    const key = jobKey(any.Namespace, any.JobID);
    const summary = this.#of(key);
    summary.openEvals += Number(isOpen(row)) - Number(isOpen(old));
    summary.evals += Number(row !== undefined) - Number(old !== undefined);
    summary.touched = summary.evals + summary.allocs > 0;
    summary.index = Math.max(summary.index, index);
    // While feeding at start rows come in no order: the newest evaluation wins, whenever it comes.
    if (row?.QueuedAllocations && row.ModifyIndex >= summary.queuedIndex) {
      summary.queued = row.QueuedAllocations;
      summary.queuedIndex = row.ModifyIndex;
    }
    this.#judge(key, summary, index);
  }

  jobChanged({ key, row, index }: Applied<JobRow>): void {
    const summary = this.#summaries.get(key);
    if (!summary) return;
    if (row && row.CreateIndex !== summary.since) this.#recount(key, summary, row.CreateIndex);
    this.#judge(key, summary, index);
  }

  /** A job that was purged and registered anew begins at nothing: what is left of the former one is not its own. */
  #recount(key: string, summary: Mutable, since: number): void {
    Object.assign(summary, { since, groups: new Map(), live: 0 });
    for (const alloc of this.#tables.allocs.by('job', key)) {
      if (alloc.CreateIndex >= since) count(summary, { alloc, status: this.#tables.allocStatus.get(alloc.ID) }, 1);
    }
  }

  /** After loading: rows came without order, allocations before their jobs. Statuses were last changed by something that went in, at the latest. */
  settle(): void {
    for (const [key, summary] of this.#summaries) {
      const job = this.#tables.jobs.get(key);
      if (job) summary.status = jobStatus(job, summary);
      summary.statusIndex = summary.index;
      this.#statusIndex = Math.max(this.#statusIndex, summary.index);
    }
  }

  /** A purged job's summary lives as long as something is left of it. */
  #forgetIfOver(key: string, summary: Mutable): void {
    if (summary.allocs + summary.evals === 0 && !this.#tables.jobs.get(key)) this.#summaries.delete(key);
  }

  #move(from: Seen | undefined, to: Seen | undefined, index: number): void {
    const any = (to ?? from)?.alloc;
    if (!any) return;
    const key = jobKey(any.Namespace, any.JobID);
    const summary = this.#of(key);
    if (from && from.alloc.CreateIndex >= summary.since) count(summary, from, -1);
    if (to && to.alloc.CreateIndex >= summary.since) count(summary, to, 1);
    summary.allocs += Number(to !== undefined) - Number(from !== undefined);
    summary.touched = summary.evals + summary.allocs > 0;
    summary.index = Math.max(summary.index, index);
    this.#judge(key, summary, index);
  }

  #judge(key: string, summary: Mutable, index: number): void {
    this.#forgetIfOver(key, summary);
    const job = this.#tables.jobs.get(key);
    const status = job ? jobStatus(job, summary) : summary.status;
    if (status === summary.status) return;
    summary.status = status;
    summary.statusIndex = Math.max(summary.statusIndex, index);
    this.#statusIndex = Math.max(this.#statusIndex, index);
  }

  #of(key: string): Mutable {
    const found = this.#summaries.get(key);
    if (found) return found;
    const made: Mutable = {
      groups: new Map(),
      live: 0,
      allocs: 0,
      evals: 0,
      openEvals: 0,
      touched: false,
      queued: {},
      queuedIndex: 0,
      since: this.#tables.jobs.get(key)?.CreateIndex ?? 0,
      index: 0,
      status: 'pending',
      statusIndex: 0,
    };
    this.#summaries.set(key, made);
    return made;
  }
}

/** A job's status as Nomad documents it: dead when stopped or when everything has ended, running while an allocation lives, else pending. */
export function jobStatus(
  job: JobRow,
  summary: Pick<JobSummary, 'live' | 'openEvals' | 'touched'> | undefined,
): JobStatus {
  const live = (summary?.live ?? 0) > 0;
  if (job.Type === 'system' || isTemplate(job)) return job.Stop ? 'dead' : 'running';
  if (live) return 'running';
  if ((summary?.openEvals ?? 0) > 0) return 'pending';
  if (job.Stop || summary?.touched) return 'dead';
  return 'pending';
}

type Seen = { alloc: AllocRow; status: AllocStatusRow | undefined };

function count(summary: Mutable, { alloc, status }: Seen, by: 1 | -1): void {
  const counts = summary.groups.get(alloc.TaskGroup) ?? emptyCounts();
  summary.groups.set(alloc.TaskGroup, counts);
  counts[FIELD[clientStatus(alloc, status)]] += by;
  if (!isTerminal(alloc, status)) summary.live += by;
}

function emptyCounts(): GroupCounts {
  return { Starting: 0, Running: 0, Failed: 0, Complete: 0, Lost: 0, Unknown: 0 };
}

function isOpen(row: EvalRow | undefined): boolean {
  return row !== undefined && (row.Status === 'pending' || row.Status === 'blocked');
}
