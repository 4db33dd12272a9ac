import type { Evaluation } from '@shoal/api';
import type { Change } from '../store/contract.ts';
import type { SchedulerConfig, SettleOutcome } from './contract.ts';
import type { PlanOptions } from './plan.ts';
import type { PlanMessage } from './plan-message.ts';

/** To the worker. It takes them in order, so that a plan is made from everything that was sent before it. */
export type ToWorker =
  | { readonly kind: 'changes'; readonly changes: readonly Change[]; readonly index: number }
  | {
      readonly kind: 'plan';
      readonly request: number;
      readonly index: number;
      readonly evaluation: Evaluation;
      readonly options: PlanOptions;
    }
  | {
      readonly kind: 'brought';
      readonly planId: string;
      readonly from: number;
      readonly count: number;
      readonly index: number;
    }
  | { readonly kind: 'settle'; readonly planId: string; readonly outcome: SettleOutcome }
  | { readonly kind: 'configure'; readonly config: SchedulerConfig };

export type FromWorker =
  | { readonly kind: 'planned'; readonly request: number; readonly plan: PlanMessage }
  | { readonly kind: 'failed'; readonly request: number; readonly evalId: string; readonly reason: string };
