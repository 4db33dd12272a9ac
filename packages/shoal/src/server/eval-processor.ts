import { SchedulerStoppedError } from '../scheduler/errors.ts';
import type { Plan } from '../scheduler/plan.ts';
import type { EvalRow } from '../state/rows.ts';
import { StoreWriteError } from '../store/errors.ts';
import { nextTurn } from '../turns.ts';
import { caughtUp } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { EvalBroker } from './eval-broker.ts';
import { planTxns } from './plan-txns.ts';
import { changesSchedulerConfig, schedulerSettings } from './scheduler-config.ts';
import type { SchedulerKeeper } from './scheduler-keeper.ts';

/** Plans whose commits may be on their way at once: the scheduler goes on with the next meanwhile. */
const IN_FLIGHT = 64;
/** Plans that the scheduler is asked for at once. Enough that it never idles; with more, plans would come together and hold up the event loop. */
const AT_ONCE = 4;
/** Plans that others' writes made void, before the evaluation makes room for others for a while. */
const ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** Takes pending evaluations from the state, has them planned, and commits the plans. */
export class EvalProcessor {
  readonly #deps: ServerDeps;
  readonly #schedulers: SchedulerKeeper;
  readonly #broker: EvalBroker;
  readonly #retries = new Set<NodeJS.Timeout>();
  #running = 0;
  #planning = 0;
  #unfollow: (() => void) | undefined;

  constructor(deps: ServerDeps, schedulers: SchedulerKeeper) {
    this.#deps = deps;
    this.#schedulers = schedulers;
    this.#broker = new EvalBroker({ now: deps.now, onReady: () => this.#pump() });
  }

  start(): void {
    if (this.#unfollow) return;
    const { state } = this.#deps;
    this.#unfollow = state.follow((set) => {
      for (const { table, key, value } of set.changes)
        if (table === 'evals') this.#saw(key, value as EvalRow | undefined);
      if (changesSchedulerConfig(set)) this.#pump();
    });
    for (const row of state.tables.evals.by('status', 'pending')) this.#broker.enqueue(row);
  }

  stop(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    for (const timer of this.#retries) clearTimeout(timer);
    this.#retries.clear();
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
    while (this.#unfollow && this.#running < IN_FLIGHT && this.#planning < AT_ONCE && !this.#isPaused()) {
      const evaluation = this.#broker.next();
      if (!evaluation) return;
      this.#running += 1;
      this.#planning += 1;
      void this.#process(evaluation).finally(() => {
        this.#running -= 1;
        this.#broker.done(evaluation);
        this.#pump();
      });
    }
  }

  /** Operators may let evaluations wait. */
  #isPaused(): boolean {
    return schedulerSettings(this.#deps.state.tables).PauseEvalBroker;
  }

  async #process(evaluation: EvalRow): Promise<void> {
    const planned = once(() => {
      this.#planning -= 1;
      this.#pump();
    });
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) if (await this.#attempt(evaluation, planned)) return;
      this.#retryLater(evaluation);
    } catch (error) {
      await this.#failed(evaluation, error);
    } finally {
      planned();
    }
  }

  /** False if somebody came between. A scheduler that dies meanwhile is no attempt. `planned` is called when the plan is there. */
  async #attempt(evaluation: EvalRow, planned: () => void): Promise<boolean> {
    const scheduler = await this.#schedulers.current();
    if (!this.#unfollow) return true;
    const options = { now: nowNanos(this.#deps), minIndex: this.#deps.state.index() };
    const plan = await scheduler.plan(evaluation, options);
    planned();
    await nextTurn();
    const committed = await this.#schedulers.committing(this.#commit(plan, evaluation)).catch((error: unknown) => {
      scheduler.settle(plan.id, 'rejected');
      throw error;
    });
    scheduler.settle(plan.id, committed ? 'committed' : 'rejected');
    return committed;
  }

  async #commit(plan: Plan, evaluation: EvalRow): Promise<boolean> {
    const { state } = this.#deps;
    for (const txn of planTxns(state.tables, plan, evaluation)) {
      const result = await state.commit(txn);
      if (result.ok) continue;
      await caughtUp(state, result);
      return false;
    }
    return true;
  }

  async #failed(evaluation: EvalRow, error: unknown): Promise<void> {
    if (!this.#unfollow) return;
    // Nothing is wrong with the evaluation: it is still pending, and comes again.
    if (error instanceof SchedulerStoppedError) return this.#retryLater(evaluation, 0);
    const fields = { eval: evaluation.ID, job: evaluation.JobID, error: String(error) };
    if (error instanceof StoreWriteError) {
      this.#deps.log.error(fields, 'server: a plan could not be stored; trying again');
      return this.#retryLater(evaluation);
    }
    this.#deps.log.error(fields, 'server: an evaluation could not be processed');
    await this.#giveUp(evaluation, String(error)).catch(() => this.#retryLater(evaluation));
  }

  async #giveUp(evaluation: EvalRow, description: string): Promise<void> {
    const row = this.#open(evaluation.ID);
    if (!row) return;
    const failed: EvalRow = {
      ...row,
      Status: 'failed',
      StatusDescription: description,
      ModifyTime: nowNanos(this.#deps),
    };
    await this.#deps.state.commit({ ops: [{ kind: 'put', table: 'evals', key: row.ID, value: failed }] });
  }

  #retryLater({ ID }: EvalRow, waitMs = RETRY_MS): void {
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      const row = this.#open(ID);
      if (this.#unfollow && row) this.#broker.enqueue(row);
    }, waitMs).unref();
    this.#retries.add(timer);
  }

  /** The row of an evaluation that has no outcome yet. */
  #open(id: string): EvalRow | undefined {
    const row = this.#deps.state.tables.evals.get(id);
    return row?.Status === 'pending' || row?.Status === 'blocked' ? row : undefined;
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
