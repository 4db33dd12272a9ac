import type { Plan } from '../scheduler/plan.ts';
import type { SchedulerWorker } from '../scheduler/worker-contract.ts';
import type { EvalRow } from '../state/rows.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { EvalBroker } from './eval-broker.ts';
import { planTxns } from './plan-txns.ts';

/** Plans whose commits may be on their way at once: the scheduler goes on with the next meanwhile. */
const IN_FLIGHT = 64;
/** Plans that others' writes made void, before an evaluation is given up. Nomad: 5 for service jobs. */
const ATTEMPTS = 5;

/** Takes pending evaluations from the state, has them planned, and commits the plans. */
export class EvalProcessor {
  readonly #deps: ServerDeps;
  readonly #scheduler: () => SchedulerWorker;
  readonly #broker: EvalBroker;
  #running = 0;
  #unfollow: (() => void) | undefined;

  constructor(deps: ServerDeps, scheduler: () => SchedulerWorker) {
    this.#deps = deps;
    this.#scheduler = scheduler;
    this.#broker = new EvalBroker({ now: deps.now, onReady: () => this.#pump() });
  }

  start(): void {
    if (this.#unfollow) return;
    const { state } = this.#deps;
    this.#unfollow = state.follow(({ changes }) => {
      for (const change of changes)
        if (change.table === 'evals') this.#saw(change.key, change.value as EvalRow | undefined);
    });
    for (const row of state.tables.evals.by('status', 'pending')) this.#broker.enqueue(row);
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#broker.stop();
  }

  /** Beside what the state says is pending: a blocked evaluation that there may be room for now. */
  enqueue(evaluation: EvalRow): void {
    if (this.#unfollow) this.#broker.enqueue(evaluation);
  }

  get pending(): number {
    return this.#broker.size;
  }

  #saw(id: string, row: EvalRow | undefined): void {
    if (row?.Status === 'pending') this.#broker.enqueue(row);
    else if (!row || row.Status === 'canceled') this.#broker.drop(id);
  }

  #pump(): void {
    while (this.#unfollow && this.#running < IN_FLIGHT) {
      const evaluation = this.#broker.next();
      if (!evaluation) return;
      this.#running += 1;
      void this.#process(evaluation).finally(() => {
        this.#running -= 1;
        this.#broker.done(evaluation);
        this.#pump();
      });
    }
  }

  async #process(evaluation: EvalRow): Promise<void> {
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) if (await this.#attempt(evaluation)) return;
      await this.#fail(evaluation, `maximum attempts reached (${ATTEMPTS})`);
    } catch (error) {
      if (!this.#unfollow) return;
      this.#deps.log.error(
        { eval: evaluation.ID, job: evaluation.JobID, error: String(error) },
        'server: an evaluation could not be processed',
      );
      await this.#fail(evaluation, String(error)).catch(() => this.#retryLater(evaluation));
    }
  }

  /** False if somebody came between. */
  async #attempt(evaluation: EvalRow): Promise<boolean> {
    const scheduler = this.#scheduler();
    const plan = await scheduler.plan(evaluation, { now: nowNanos(this.#deps), minIndex: this.#deps.state.index() });
    const committed = await this.#commit(plan, evaluation).catch((error: unknown) => {
      scheduler.settle(plan.id, 'rejected');
      throw error;
    });
    scheduler.settle(plan.id, committed ? 'committed' : 'rejected');
    return committed;
  }

  async #commit(plan: Plan, evaluation: EvalRow): Promise<boolean> {
    const { state } = this.#deps;
    for (const txn of planTxns(state.tables, plan, evaluation)) if (!(await state.commit(txn)).ok) return false;
    return true;
  }

  async #fail(evaluation: EvalRow, description: string): Promise<void> {
    const row = this.#deps.state.tables.evals.get(evaluation.ID);
    if (row?.Status !== 'pending' && row?.Status !== 'blocked') return;
    const failed: EvalRow = {
      ...row,
      Status: 'failed',
      StatusDescription: description,
      ModifyTime: nowNanos(this.#deps),
    };
    await this.#deps.state.commit({ ops: [{ kind: 'put', table: 'evals', key: row.ID, value: failed }] });
  }

  /** The store takes no writes now (a full disk): the evaluation is still pending, and comes again. */
  #retryLater(evaluation: EvalRow): void {
    setTimeout(() => {
      const row = this.#deps.state.tables.evals.get(evaluation.ID);
      if (this.#unfollow && (row?.Status === 'pending' || row?.Status === 'blocked')) this.#broker.enqueue(row);
    }, 1_000).unref();
  }
}
