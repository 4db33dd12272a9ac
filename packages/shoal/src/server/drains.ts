import type { DrainStrategy, Evaluation } from '@shoal/api';
import { clientStatus, healthOf, isClientTerminal } from '../state/alloc-view.ts';
import type { AllocRow, JobRow, NodeRow } from '../state/rows.ts';
import { jobKey, jobVersionKey } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';
import { Countdowns } from './countdowns.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';
import type { Nodes } from './nodes.ts';

/** Changes that come together are looked at together. */
const GATHER_MS = 20;
const RETRY_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Empties nodes that are drained (https://developer.hashicorp.com/nomad/docs/job-specification/migrate): services move, of each group so many at
 * once that `count - max_parallel` stay healthy; batch work may go on until the deadline; system jobs go last. Then the drain is over.
 */
export class Drains {
  readonly #deps: ServerDeps;
  readonly #nodes: Nodes;
  readonly #countdowns: Countdowns;
  #timer: NodeJS.Timeout | undefined;
  #due = Number.POSITIVE_INFINITY;
  #unfollow: (() => void) | undefined;

  constructor(deps: ServerDeps, nodes: Nodes) {
    this.#deps = deps;
    this.#nodes = nodes;
    this.#countdowns = new Countdowns(deps.now);
  }

  start(): void {
    const { state } = this.#deps;
    this.#unfollow ??= state.follow(({ changes }) => {
      if (state.tables.nodes.countBy('draining', 'yes') === 0) return;
      if (changes.some(({ table }) => table === 'nodes' || table === 'allocs' || table === 'allocStatus'))
        this.#lookIn(GATHER_MS);
    });
    this.#lookIn(0);
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    clearTimeout(this.#timer);
    this.#due = Number.POSITIVE_INFINITY;
  }

  /** At the earliest time that anybody asked for. */
  #lookIn(waitMs: number): void {
    const pause = Math.max(0, Math.min(waitMs, LONGEST_TIMER_MS));
    const due = performance.now() + pause;
    if (!this.#unfollow || due >= this.#due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#look(), pause).unref();
  }

  async #look(): Promise<void> {
    this.#due = Number.POSITIVE_INFINITY;
    for (const node of [...this.#deps.state.tables.nodes.by('draining', 'yes')]) {
      try {
        await this.#advance(node);
      } catch (error) {
        if (!this.#unfollow) return;
        this.#deps.log.error({ node: node.ID, error: String(error) }, 'server: a drain could not go on; trying again');
        this.#lookIn(RETRY_MS);
      }
    }
  }

  async #advance(node: NodeRow): Promise<void> {
    const strategy = node.DrainStrategy;
    if (!strategy || !this.#unfollow) return;
    const leftMs = this.#leftMs(node.ID, strategy);
    const living = [...this.#deps.state.tables.allocs.by('node', node.ID)].filter((row) => this.#isLiving(row));
    const leaving = strategy.IgnoreSystemJobs ? living.filter((row) => !this.#isSystem(row)) : living;
    if (leaving.length === 0) {
      this.#countdowns.forget(node.ID);
      return void (await this.#nodes.endDrain(node.ID));
    }
    const forced = leftMs <= 0;
    await this.#move(this.#movable(leaving, forced));
    if (!forced && Number.isFinite(leftMs)) this.#lookIn(leftMs);
  }

  /** Until everything has to leave: never without a deadline, at once with a negative one. */
  #leftMs(id: string, { Deadline, ForceDeadline }: DrainStrategy): number {
    if (Deadline < 0) return 0;
    return Deadline > 0 ? this.#countdowns.leftMs(id, Date.parse(ForceDeadline)) : Number.POSITIVE_INFINITY;
  }

  /** Those that are told to leave now. */
  #movable(leaving: readonly AllocRow[], forced: boolean): AllocRow[] {
    const staying = leaving.filter((row) => row.DesiredStatus === 'run' && row.DesiredTransition?.Migrate !== true);
    if (forced) return staying;
    const system = staying.filter((row) => this.#isSystem(row));
    if (leaving.every((row) => this.#isSystem(row))) return system;
    const others = groups(staying.filter((row) => !this.#isSystem(row)));
    return [...others.values()].flatMap((rows) => rows.slice(0, this.#allowed(rows[0] as AllocRow)));
  }

  /** How many more of the group may leave at once. */
  #allowed({ Namespace, JobID, TaskGroup }: AllocRow): number {
    const { jobs, allocs, allocStatus } = this.#deps.state.tables;
    const key = jobKey(Namespace, JobID);
    const job = jobs.get(key);
    const group = job?.TaskGroups?.find(({ Name }) => Name === TaskGroup);
    if (!job || job.Stop || !group) return Number.POSITIVE_INFINITY;
    if (job.Type !== 'service') return 0;
    let healthy = 0;
    for (const row of allocs.by('job', key)) {
      if (row.TaskGroup !== TaskGroup || row.DesiredStatus !== 'run' || row.DesiredTransition?.Migrate) continue;
      const reported = allocStatus.get(row.ID);
      if (!isClientTerminal(clientStatus(row, reported)) && healthOf(row, reported)) healthy += 1;
    }
    return Math.max(0, healthy - (group.Count - (group.Migrate?.MaxParallel ?? 1)));
  }

  /** One evaluation for each job sees to it. */
  async #move(rows: readonly AllocRow[]): Promise<void> {
    if (rows.length === 0) return;
    const evaluations = new Map<string, Evaluation>();
    for (const row of rows) {
      const job = this.#jobOf(row);
      const more = { NodeID: row.NodeID };
      if (job) evaluations.set(jobKey(row.Namespace, row.JobID), newEvaluation(this.#deps, job, 'node-drain', more));
    }
    const ops: Op[] = rows.map((row) => ({
      kind: 'put',
      table: 'allocs',
      key: row.ID,
      value: leaving(row, this.#deps),
    }));
    const require = rows.map(({ ID, ModifyIndex }) => ({ table: 'allocs', key: ID, modifyIndex: ModifyIndex }));
    const result = await this.#deps.state.commit({
      ops: [...ops, ...[...evaluations.values()].map(putEvaluation)],
      require,
    });
    if (!result.ok) this.#lookIn(GATHER_MS);
  }

  #isLiving(row: AllocRow): boolean {
    return !isClientTerminal(clientStatus(row, this.#deps.state.tables.allocStatus.get(row.ID)));
  }

  #isSystem(row: AllocRow): boolean {
    const type = this.#jobOf(row)?.Type;
    return type === 'system' || type === 'sysbatch';
  }

  #jobOf({ Namespace, JobID, JobVersion }: AllocRow): JobRow | undefined {
    const { jobs, jobVersions } = this.#deps.state.tables;
    return jobs.get(jobKey(Namespace, JobID)) ?? jobVersions.get(jobVersionKey(Namespace, JobID, JobVersion));
  }
}

function groups(rows: readonly AllocRow[]): Map<string, AllocRow[]> {
  const found = new Map<string, AllocRow[]>();
  for (const row of rows) {
    const key = `${jobKey(row.Namespace, row.JobID)}/${row.TaskGroup}`;
    const group = found.get(key);
    if (group) group.push(row);
    else found.set(key, [row]);
  }
  return found;
}

function leaving(row: AllocRow, deps: ServerDeps): AllocRow {
  const DesiredTransition = { Migrate: true, Reschedule: null, ForceReschedule: null };
  return { ...row, DesiredTransition, ModifyTime: nowNanos(deps) };
}
