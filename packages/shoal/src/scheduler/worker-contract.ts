import type { Evaluation } from '@shoal/api';
import type { Change, ChangeSet } from '../store/contract.ts';
import type { SchedulerConfig, SettleOutcome } from './contract.ts';
import type { Plan, PlanOptions } from './plan.ts';

/** The scheduler in its worker thread, seen from the thread that owns the state. */
export type SchedulerWorker = {
  /** Hands on a change set. Only what a scheduler needs is sent, in chunks. */
  feed(set: ChangeSet): void;
  /**
   * Resolves when the worker has applied `minIndex` (default: everything fed so far) and planned. Rejects with
   * `SchedulerStoppedError` when the worker is gone: start another one, and plan again.
   */
  plan(evaluation: Evaluation, options: PlanOptions & { readonly minIndex?: number }): Promise<Plan>;
  settle(planId: string, outcome: SettleOutcome): void;
  configure(config: SchedulerConfig): void;
  /** Resolves when the worker thread ended: with the reason when it died, undefined after `stop`. */
  readonly ended: Promise<Error | undefined>;
  stop(): Promise<void>;
};

export type StartScheduler = (options: {
  /** The bundled worker, `dist/scheduler-worker.js`. */
  readonly entry: URL | string;
  /** All rows of the state, and the index they stand for. Read in slices, without holding up the event loop; `feed` may be called meanwhile. */
  readonly snapshot: { readonly index: number; readonly changes: Iterable<Change> | AsyncIterable<readonly Change[]> };
  readonly config?: SchedulerConfig;
}) => Promise<SchedulerWorker>;
