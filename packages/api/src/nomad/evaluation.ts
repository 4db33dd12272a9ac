import type { AllocMetric } from './allocation.ts';
import type { JobType } from './job.ts';

/** An evaluation as `GET /v1/evaluation/:id` shows it (https://developer.hashicorp.com/nomad/api-docs/evaluations). Optional fields are left out when empty. */
export type EvalStatus = 'pending' | 'complete' | 'failed' | 'blocked' | 'canceled';

export type EvalTrigger =
  | 'job-register'
  | 'job-deregister'
  | 'periodic-job'
  | 'node-drain'
  | 'node-update'
  | 'alloc-stop'
  | 'scheduled'
  | 'rolling-update'
  | 'deployment-watcher'
  | 'failed-follow-up'
  | 'max-plan-attempts'
  | 'alloc-failure'
  | 'queued-allocs'
  | 'preemption'
  | 'job-scaling'
  | 'max-disconnect-timeout'
  | 'reconnect';

export type Evaluation = {
  ID: string;
  Namespace: string;
  Priority: number;
  Type: JobType;
  TriggeredBy: EvalTrigger;
  JobID: string;
  JobModifyIndex?: number;
  NodeID?: string;
  NodeModifyIndex?: number;
  DeploymentID?: string;
  Status: EvalStatus;
  StatusDescription?: string;
  /** RFC 3339. */
  WaitUntil?: string | null;
  NextEval?: string;
  PreviousEval?: string;
  BlockedEval?: string;
  RelatedEvals?: unknown[];
  FailedTGAllocs?: Record<string, AllocMetric>;
  ClassEligibility?: Record<string, boolean>;
  EscapedComputedClass?: boolean;
  QuotaLimitReached?: string;
  AnnotatePlan?: boolean;
  QueuedAllocations?: Record<string, number>;
  SnapshotIndex?: number;
  CreateIndex: number;
  ModifyIndex: number;
  /** Unix nanoseconds. */
  CreateTime: number;
  ModifyTime: number;
};
