import { type DeploymentCounts, deploymentCounts, progressDeadline } from '../state/deployment-view.ts';
import type { AllocRow, DeploymentRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Change } from '../store/contract.ts';
import { inTurn } from '../turns.ts';
import { Countdowns } from './countdowns.ts';
import type { Deployments } from './deployments.ts';
import type { ServerDeps } from './deps.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';

const DESCRIPTIONS = {
  unhealthy: 'Failed due to unhealthy allocations',
  deadline: 'Failed due to progress deadline',
} as const;
const RETRY_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Watches running deployments. Each allocation that becomes healthy lets the scheduler go on (it places the next, or finds the deployment
 * successful); healthy canaries are promoted where that is asked for; a group without progress until its deadline fails the deployment.
 */
export class DeploymentWatch {
  readonly #deps: ServerDeps;
  readonly #deployments: Deployments;
  readonly #countdowns: Countdowns;
  readonly #healthy = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #dirty = new Set<string>();
  #unfollow: (() => void) | undefined;

  constructor(deps: ServerDeps, deployments: Deployments) {
    this.#deps = deps;
    this.#deployments = deployments;
    this.#countdowns = new Countdowns(deps.now);
  }

  start(): void {
    this.#unfollow ??= this.#deps.state.follow(({ changes }) => {
      for (const change of changes) this.#saw(change);
    });
    for (const row of this.#deps.state.tables.deployments.by('status', 'running')) this.#mark(row.ID);
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#dirty.clear();
  }

  #saw({ table, key, value }: Change): void {
    const { allocs } = this.#deps.state.tables;
    if (table === 'deployments') this.#mark(key);
    else if (table === 'allocs') this.#mark((value as AllocRow | undefined)?.DeploymentID);
    else if (table === 'allocStatus') this.#mark(allocs.get(key)?.DeploymentID);
  }

  /** Many reports come together; a deployment is looked at once for all of them. */
  #mark(id: string | undefined): void {
    if (!id || this.#dirty.has(id)) return;
    this.#dirty.add(id);
    inTurn(() => {
      if (this.#dirty.delete(id)) void this.#look(id);
    });
  }

  async #look(id: string): Promise<void> {
    try {
      await this.#check(id);
    } catch (error) {
      if (!this.#unfollow) return;
      const fields = { deployment: id, error: String(error) };
      this.#deps.log.error(fields, 'server: could not carry on a deployment; trying again');
      this.#after(id, RETRY_MS);
    }
  }

  async #check(id: string): Promise<void> {
    if (!this.#unfollow) return;
    const row = this.#deps.state.tables.deployments.get(id);
    if (row?.Status !== 'running') return this.#forget(id);
    const groups = [...deploymentCounts(this.#deps.state.tables, row)];
    const hopeless = groups.filter(([name, { unhealthy }]) => unhealthy > 0 && !row.TaskGroups[name]?.ProgressDeadline);
    if (hopeless.length > 0) return this.#deployments.fail(id, DESCRIPTIONS.unhealthy, names(hopeless));
    const open = groups.filter(([name, { healthy }]) => healthy < (row.TaskGroups[name]?.DesiredTotal ?? 0));
    const left = new Map(open.map((group) => [group, this.#leftMs(row, group)]));
    const late = open.filter((group) => (left.get(group) ?? 0) <= 0);
    if (late.length > 0) return this.#deployments.fail(id, DESCRIPTIONS.deadline, names(late));
    if (this.#deployments.mayPromoteItself(row)) return void (await this.#deployments.promote(id));
    this.#arm(id, Math.min(...left.values()));
    const healthy = groups.reduce((total, [, group]) => total + group.healthy, 0);
    if (healthy > (this.#healthy.get(id) ?? 0)) await this.#goOn(row, healthy);
  }

  async #goOn(row: DeploymentRow, healthy: number): Promise<void> {
    const job = this.#deps.state.tables.jobs.get(jobKey(row.Namespace, row.JobID));
    if (!job) return;
    const evaluation = newEvaluation(this.#deps, job, 'deployment-watcher', { DeploymentID: row.ID });
    await this.#deps.state.commit({ ops: [putEvaluation(evaluation)] });
    this.#healthy.set(row.ID, healthy);
  }

  /** Until the group has to have made progress; for ever where there is no deadline. */
  #leftMs(row: DeploymentRow, [name, counts]: Group): number {
    const deadline = progressDeadline(row, name, counts);
    return deadline === undefined ? Number.POSITIVE_INFINITY : this.#countdowns.leftMs(`${row.ID}/${name}`, deadline);
  }

  #arm(id: string, waitMs: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    if (Number.isFinite(waitMs)) this.#after(id, waitMs);
  }

  /** Looks at it again then; one timer for each deployment. */
  #after(id: string, waitMs: number): void {
    clearTimeout(this.#timers.get(id));
    const timer = setTimeout(() => this.#mark(id), Math.max(0, Math.min(waitMs, LONGEST_TIMER_MS)));
    this.#timers.set(id, timer.unref());
  }

  #forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#healthy.delete(id);
    this.#countdowns.forget(`${id}/`);
  }
}

type Group = [name: string, counts: DeploymentCounts];

function names(groups: Group[]): string[] {
  return groups.map(([name]) => name);
}
