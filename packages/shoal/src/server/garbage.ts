import { clientStatus, isClientTerminal } from '../state/alloc-view.ts';
import { jobStatus } from '../state/job-summary.ts';
import type { AllocRow, EvalRow, JobRow } from '../state/rows.ts';
import type { Stamped } from '../state/table.ts';
import { jobKey, jobVersionKey, type TableName } from '../state/tables.ts';
import type { Precondition } from '../store/contract.ts';
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
    let removed = 0;
    let chunk: RowRef[] = [];
    for (const unit of this.#garbage(force)) {
      if (chunk.length + unit.length > CHUNK) {
        removed += await this.#remove(chunk);
        chunk = [];
      }
      if (unit.length > CHUNK) removed += await this.#removeLarge(unit);
      else chunk.push(...unit);
    }
    return removed + (await this.#remove(chunk));
  }

  /** Only as they were when they were found to be over. What somebody changed in between stays, with its chunk, for the next time. */
  async #remove(rows: readonly RowRef[]): Promise<number> {
    const ops = rows.map(({ table, key }) => ({ kind: 'delete', table, key }) as const);
    return (await this.#deps.state.commit({ ops, require: rows })).ok ? rows.length : 0;
  }

  /** In parts, what the others belong to at last. */
  async #removeLarge(unit: readonly RowRef[]): Promise<number> {
    for (let end = unit.length; end > 0; end -= CHUNK) {
      const part = unit.slice(Math.max(0, end - CHUNK), end);
      if ((await this.#remove(part)) === 0) return unit.length - end;
    }
    return unit.length;
  }

  /** What is over, in units that go together: first what the others belong to. No row is in two. */
  #garbage(force: boolean): RowRef[][] {
    const { tables } = this.#deps.state;
    const { evalMs, jobMs, deploymentMs, nodeMs } = this.#settings;
    const before = (ageMs: number) =>
      force ? Number.POSITIVE_INFINITY : (this.#deps.now() - ageMs) * NANOSECONDS_PER_MS;
    const units = new Units();

    for (const job of tables.jobs.values()) if (this.#isOver(job, before(jobMs))) units.add(this.#jobUnit(job));
    for (const row of tables.evals.values())
      if (this.#isDone(row, before(evalMs)) && !this.#isNeeded(row))
        units.add([ref('evals', row.ID, row), ...this.#allocRefs(tables.allocs.by('eval', row.ID))]);
    for (const row of tables.deployments.values()) {
      const isRunning = row.Status === 'running' || row.Status === 'paused';
      if (!isRunning && row.CreateTime < before(deploymentMs) && tables.allocs.countBy('deployment', row.ID) === 0)
        units.add([ref('deployments', row.ID, row)]);
    }
    for (const node of tables.nodes.values()) {
      const isGone = node.Status === 'down' && node.StatusUpdatedAt * 1e9 < before(nodeMs);
      if (isGone && tables.allocs.countBy('node', node.ID) === 0) units.add([ref('nodes', node.ID, node)]);
    }
    // A purged job left its versions to its last allocations.
    for (const key of tables.jobVersions.valuesOf('job'))
      if (!tables.jobs.get(key) && tables.allocs.countBy('job', key) === 0) units.add(this.#versionRefs(key));
    return units.all;
  }

  #jobUnit(job: JobRow): RowRef[] {
    const { tables } = this.#deps.state;
    const key = jobKey(job.Namespace, job.ID);
    const events = tables.scalingEvents.get(key);
    return [
      ref('jobs', key, job),
      ...(events ? [ref('scalingEvents', key, events)] : []),
      ...this.#versionRefs(key),
      ...[...tables.evals.by('job', key)].map((row) => ref('evals', row.ID, row)),
      ...this.#allocRefs(tables.allocs.by('job', key)),
      ...[...tables.deployments.by('job', key)].map((row) => ref('deployments', row.ID, row)),
    ];
  }

  #versionRefs(key: string): RowRef[] {
    const rows = [...this.#deps.state.tables.jobVersions.by('job', key)];
    return rows.map((row) => ref('jobVersions', jobVersionKey(row.Namespace, row.ID, row.Version), row));
  }

  #allocRefs(rows: Iterable<AllocRow>): RowRef[] {
    const { allocStatus } = this.#deps.state.tables;
    return [...rows].flatMap((row) => {
      const reported = allocStatus.get(row.ID);
      return [ref('allocs', row.ID, row), ...(reported ? [ref('allocStatus', row.ID, reported)] : [])];
    });
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

type RowRef = Precondition;

function ref(table: TableName, key: string, { ModifyIndex }: Stamped): RowRef {
  return { table, key, modifyIndex: ModifyIndex };
}

/** Rows that go together, each but once. */
class Units {
  readonly all: RowRef[][] = [];
  readonly #seen = new Set<string>();

  add(unit: readonly RowRef[]): void {
    const fresh = unit.filter(({ table, key }) => !this.#seen.has(`${table}/${key}`));
    for (const { table, key } of fresh) this.#seen.add(`${table}/${key}`);
    if (fresh.length > 0) this.all.push(fresh);
  }
}
