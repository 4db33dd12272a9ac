import { clientStatus, isClientTerminal } from '../state/alloc-view.ts';
import { jobStatus } from '../state/job-summary.ts';
import type { AllocRow, EvalRow, JobRow } from '../state/rows.ts';
import { jobKey, type TableName } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';
import type { ServerDeps } from './deps.ts';

const CHUNK = 1_000;
const NANOSECONDS_PER_MS = 1_000_000;

/** Ages after which what is over is removed, in milliseconds. */
export type GarbageSettings = {
  intervalMs: number;
  evalMs: number;
  jobMs: number;
  deploymentMs: number;
  nodeMs: number;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Nomad's defaults. */
export const GARBAGE_DEFAULTS: GarbageSettings = {
  intervalMs: 5 * MINUTE,
  evalMs: HOUR,
  jobMs: 4 * HOUR,
  deploymentMs: HOUR,
  nodeMs: 24 * HOUR,
};

/**
 * Removes what is over: evaluations with their allocations, deployments, dead jobs with all they had, nodes that are gone. What something that
 * lives still needs stays: the allocations of a batch job that is not dead are how it knows what it has done.
 */
export class GarbageCollector {
  readonly #deps: ServerDeps;
  readonly #settings: GarbageSettings;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: ServerDeps, settings: GarbageSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.collect().catch((error: unknown) =>
        this.#deps.log.warn({ error: String(error) }, 'server: what is over could not be removed; trying again later'),
      );
    }, this.#settings.intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** `force`: whatever its age. Resolves with the number of rows that were removed. */
  async collect({ force = false } = {}): Promise<number> {
    const ops = this.#garbage(force);
    for (let at = 0; at < ops.length; at += CHUNK) await this.#deps.state.commit({ ops: ops.slice(at, at + CHUNK) });
    return ops.length;
  }

  #garbage(force: boolean): Op[] {
    const { tables } = this.#deps.state;
    const { evalMs, jobMs, deploymentMs, nodeMs } = this.#settings;
    const removed = new Map<string, Op>();
    const remove = (table: TableName, key: string) => removed.set(`${table}/${key}`, { kind: 'delete', table, key });
    const before = (ageMs: number) =>
      force ? Number.POSITIVE_INFINITY : (this.#deps.now() - ageMs) * NANOSECONDS_PER_MS;

    for (const job of tables.jobs.values()) if (this.#isOver(job, before(jobMs))) this.#removeJob(job, remove);
    for (const row of tables.evals.values()) {
      if (!this.#isDone(row, before(evalMs)) || this.#isNeeded(row)) continue;
      remove('evals', row.ID);
      for (const alloc of tables.allocs.by('eval', row.ID)) this.#removeAlloc(alloc, remove);
    }
    for (const row of tables.deployments.values()) {
      const isRunning = row.Status === 'running' || row.Status === 'paused';
      if (!isRunning && row.CreateTime < before(deploymentMs) && tables.allocs.countBy('deployment', row.ID) === 0)
        remove('deployments', row.ID);
    }
    for (const node of tables.nodes.values()) {
      const isGone = node.Status === 'down' && node.StatusUpdatedAt * 1e9 < before(nodeMs);
      if (isGone && tables.allocs.countBy('node', node.ID) === 0) remove('nodes', node.ID);
    }
    return [...removed.values()];
  }

  #removeJob(job: JobRow, remove: (table: TableName, key: string) => void): void {
    const { tables } = this.#deps.state;
    const key = jobKey(job.Namespace, job.ID);
    remove('jobs', key);
    for (const versionKey of tables.jobVersions.keys(`${key}@`)) remove('jobVersions', versionKey);
    for (const row of tables.evals.by('job', key)) remove('evals', row.ID);
    for (const row of tables.allocs.by('job', key)) this.#removeAlloc(row, remove);
    for (const row of tables.deployments.by('job', key)) remove('deployments', row.ID);
  }

  #removeAlloc(row: AllocRow, remove: (table: TableName, key: string) => void): void {
    remove('allocs', row.ID);
    if (this.#deps.state.tables.allocStatus.get(row.ID)) remove('allocStatus', row.ID);
  }

  /** A dead job, all of whose evaluations and allocations are over. One that is run again by its clock or by users only when it was stopped. */
  #isOver(job: JobRow, before: number): boolean {
    const { state } = this.#deps;
    if ((job.SubmitTime ?? 0) >= before || jobStatus(job, state.summaries.get(job.Namespace, job.ID)) !== 'dead')
      return false;
    const key = jobKey(job.Namespace, job.ID);
    return (
      [...state.tables.evals.by('job', key)].every((row) => this.#isDone(row, before)) &&
      this.#allEnded(state.tables.allocs.by('job', key), before)
    );
  }

  #isDone(row: EvalRow, before: number): boolean {
    const isOpen = row.Status === 'pending' || row.Status === 'blocked';
    return (
      !isOpen && row.ModifyTime < before && this.#allEnded(this.#deps.state.tables.allocs.by('eval', row.ID), before)
    );
  }

  #allEnded(rows: Iterable<AllocRow>, before: number): boolean {
    const { allocStatus } = this.#deps.state.tables;
    for (const row of rows) {
      const reported = allocStatus.get(row.ID);
      if (
        !isClientTerminal(clientStatus(row, reported)) ||
        Math.max(row.ModifyTime, reported?.ModifyTime ?? 0) >= before
      )
        return false;
    }
    return true;
  }

  /** The allocations of a living batch job say what is done; a failed one of a service may still wait to be replaced. */
  #isNeeded(row: EvalRow): boolean {
    const job = this.#deps.state.tables.jobs.get(jobKey(row.Namespace, row.JobID));
    if (!job || job.Stop) return false;
    const allocs = [...this.#deps.state.tables.allocs.by('eval', row.ID)];
    if (job.Type === 'batch' || job.Type === 'sysbatch') return allocs.length > 0;
    return allocs.some((alloc) => alloc.DesiredStatus === 'run' && alloc.NextAllocation === '');
  }
}
