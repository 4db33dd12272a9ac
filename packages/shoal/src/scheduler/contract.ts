import type { Evaluation } from '@shoal/api';
import type { Change } from '../store/contract.ts';
import type { Plan, PlanOptions, SchedulerAlgorithm } from './plan.ts';

/**
 * The scheduler: the cluster in columns, fed by the change feed alone, and plans made from it.
 *
 * A plan's placements and stops are held, as if they had been committed, until the feed brings them or the plan is
 * rejected; so that plans may follow each other faster than commits, and still never over-commit a node or give a port twice.
 */
export type Scheduler = {
  /**
   * Rows of jobs, jobVersions, nodes, allocs, allocStatus and deployments; others are passed over. A change that is older than what is held is too.
   * `index`: what they bring the scheduler up to, if that is more than the changes themselves say.
   */
  apply(changes: readonly Change[], index?: number): void;
  /**
   * The feed brought `count` of the plan's new allocations, from number `from` on, as they were planned and with this index: the same as applying
   * their rows, without having them read again.
   */
  brought(planId: string, part: { readonly from: number; readonly count: number; readonly index: number }): void;
  /** The highest index applied. */
  index(): number;
  plan(evaluation: Evaluation, options: PlanOptions): Plan;
  /** 'committed': what the feed has not brought yet is kept until it does. 'rejected': what the plan held is given back. Twice is once. */
  settle(planId: string, outcome: SettleOutcome): void;
  configure(config: SchedulerConfig): void;
};

export type SettleOutcome = 'committed' | 'rejected';

export type SchedulerConfig = { readonly algorithm: SchedulerAlgorithm };

export type SchedulerDeps = {
  /** A new UUID. */
  readonly newId: () => string;
  /** Below 1, from 0: picks dynamic ports. Without it they are picked in order. */
  readonly random?: () => number;
  /** Nanoseconds of a clock that only runs forward: for `AllocationTime`. Without it that is 0. */
  readonly elapsed?: () => number;
};
