import { deploymentCounts, progressDeadline } from '../state/deployment-view.ts';
import type { AllocRow, DeploymentRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Change, Op } from '../store/contract.ts';
import type { ServerDeps } from './deps.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';

const DESCRIPTIONS = {
  unhealthy: 'Failed due to unhealthy allocations',
  deadline: 'Failed due to progress deadline',
} as const;

/**
 * Watches running deployments. Each allocation that becomes healthy lets the scheduler go on (it places the next, or finds the deployment
 * successful); a group without progress until its deadline fails the deployment.
 */
export class Deployments {
  readonly #deps: ServerDeps;
  readonly #healthy = new Map<string, number>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #dirty = new Set<string>();
  #unfollow: (() => void) | undefined;

  constructor(deps: ServerDeps) {
    this.#deps = deps;
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
  }

  #saw({ table, key, value }: Change): void {
    const { allocs } = this.#deps.state.tables;
    if (table === 'deployments') this.#mark(key);
    else if (table === 'allocs') this.#mark((value as AllocRow | undefined)?.DeploymentID);
    else if (table === 'allocStatus') this.#mark(allocs.get(key)?.DeploymentID);
  }

  /** Many reports come together; each deployment is looked at once for all of them. */
  #mark(id: string | undefined): void {
    if (!id) return;
    if (this.#dirty.size === 0) setImmediate(() => this.#checkAll());
    this.#dirty.add(id);
  }

  #checkAll(): void {
    const ids = [...this.#dirty];
    this.#dirty.clear();
    if (!this.#unfollow) return;
    for (const id of ids)
      this.#check(id).catch((error: unknown) => {
        this.#deps.log.error(
          { deployment: id, error: String(error) },
          'server: could not carry on a deployment; trying again',
        );
        setTimeout(() => this.#mark(id), 1_000).unref();
      });
  }

  async #check(id: string): Promise<void> {
    const row = this.#deps.state.tables.deployments.get(id);
    if (row?.Status !== 'running') return this.#forget(id);
    const counts = deploymentCounts(this.#deps.state.tables, row);
    const groups = [...counts.entries()];
    const hopeless = groups.some(
      ([name, group]) => group.unhealthy > 0 && row.TaskGroups[name]?.ProgressDeadline === 0,
    );
    if (hopeless) return this.#fail(row, DESCRIPTIONS.unhealthy);
    const unfinished = groups.filter(([name, group]) => group.healthy < (row.TaskGroups[name]?.DesiredTotal ?? 0));
    const deadlines = unfinished.flatMap(([name, group]) => progressDeadline(row, name, group) ?? []);
    this.#arm(row, deadlines.length > 0 ? Math.min(...deadlines) : undefined);
    const healthy = groups.reduce((total, [, group]) => total + group.healthy, 0);
    if (healthy > (this.#healthy.get(id) ?? 0)) await this.#goOn(row, healthy);
  }

  async #goOn(row: DeploymentRow, healthy: number): Promise<void> {
    const evaluation = this.#evaluation(row);
    if (evaluation) await this.#deps.state.commit({ ops: [evaluation] });
    this.#healthy.set(row.ID, healthy);
  }

  #arm(row: DeploymentRow, deadline: number | undefined): void {
    clearTimeout(this.#timers.get(row.ID));
    this.#timers.delete(row.ID);
    if (deadline === undefined) return;
    const waitMs = Math.max(0, Math.min(deadline - this.#deps.now(), 2 ** 31 - 1));
    const timer = setTimeout(() => {
      this.#fail(row, DESCRIPTIONS.deadline).catch(() => this.#mark(row.ID));
    }, waitMs);
    this.#timers.set(row.ID, timer.unref());
  }

  async #fail(row: DeploymentRow, description: string): Promise<void> {
    const failed: DeploymentRow = { ...row, Status: 'failed', StatusDescription: description };
    const evaluation = this.#evaluation(row);
    const put: Op = { kind: 'put', table: 'deployments', key: row.ID, value: failed };
    const require = [{ table: 'deployments', key: row.ID, modifyIndex: row.ModifyIndex }];
    const result = await this.#deps.state.commit({ ops: evaluation ? [put, evaluation] : [put], require });
    if (!result.ok) this.#mark(row.ID);
  }

  #evaluation(row: DeploymentRow): Op | undefined {
    const job = this.#deps.state.tables.jobs.get(jobKey(row.Namespace, row.JobID));
    return job && putEvaluation(newEvaluation(this.#deps, job, 'deployment-watcher', { DeploymentID: row.ID }));
  }

  #forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#healthy.delete(id);
  }
}
