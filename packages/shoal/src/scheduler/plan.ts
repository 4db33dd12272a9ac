import type { DeploymentStatus, Evaluation, Job } from '@shoal/api';
import type { AllocRow, DeploymentRow } from '../state/rows.ts';
import type { Precondition } from '../store/contract.ts';

/**
 * What the scheduler answers to an evaluation. Plain data: it crosses threads as it is.
 *
 * Whoever applies a plan commits all of it in one transaction (new rows as they stand; patches merged over the row that is
 * stored at that moment), and tells the scheduler by `settle` how that went. Rows of new kinds carry no CreateIndex and
 * ModifyIndex: they are stamped when the change is applied.
 */
export type Plan = {
  /** Names the plan to `settle`. A dry run holds nothing, and its id is ''. */
  readonly id: string;
  readonly evalId: string;
  /** The highest index that the scheduler had applied when it planned. */
  readonly snapshotIndex: number;
  readonly newAllocs: readonly NewAlloc[];
  /** At most one per allocation. */
  readonly allocPatches: readonly AllocPatch[];
  readonly newDeployment: NewDeployment | undefined;
  /** A deployment that is cancelled, completed, or given more groups. One that becomes 'successful' makes its job's version stable. */
  readonly deploymentPatches: readonly DeploymentPatch[];
  /** The outcome of the evaluation itself. 'blocked': it was a blocked one, and still is. */
  readonly evalPatch: EvalPatch;
  /** Blocked evaluations, and pending ones: with `WaitUntil` they are to be run at that time. */
  readonly newEvals: readonly NewEval[];
  /** The plan is good only while these rows are as they were: its job, and the nodes that it places on. */
  readonly require: readonly Precondition[];
  /** By group: what the plan does, in the words of the plan endpoint. */
  readonly desiredUpdates: Readonly<Record<string, DesiredUpdates>>;
};

type Unstamped<Row> = Omit<Row, 'CreateIndex' | 'ModifyIndex'>;

export type NewAlloc = Unstamped<AllocRow>;
export type NewDeployment = Unstamped<DeploymentRow>;
export type NewEval = Unstamped<Evaluation>;

/**
 * `stop`: the allocation is to end. `update`: it is told of a newer version while it runs. `follow-up`: it is to be replaced
 * later. `link`: it had ended, and has a successor now. `unknown`: its node fell silent. `return`: its node is back, and it goes on.
 */
export type AllocPatchKind = 'stop' | 'update' | 'follow-up' | 'link' | 'unknown' | 'return';

export type AllocPatch = {
  readonly id: string;
  readonly kind: AllocPatchKind;
  /** `ClientStatus` undefined: what the client reports holds again. Whoever applies the plan adds to `AllocStates` what becomes of it. */
  readonly set: { readonly ClientStatus?: AllocRow['ClientStatus'] | undefined } & Partial<
    Pick<
      AllocRow,
      | 'DeploymentID'
      | 'DesiredDescription'
      | 'DesiredStatus'
      | 'EvalID'
      | 'FollowupEvalID'
      | 'JobVersion'
      | 'ModifyTime'
      | 'Canary'
      | 'NextAllocation'
    >
  >;
};

export type DeploymentPatch = {
  readonly id: string;
  readonly set: {
    readonly Status?: Extract<DeploymentStatus, 'running' | 'cancelled' | 'successful'>;
    readonly StatusDescription?: string;
    readonly TaskGroups?: DeploymentRow['TaskGroups'];
  };
};

/** Everything that the evaluation's row gets; `undefined` removes the field. */
export type EvalPatch = {
  readonly id: string;
  readonly set: Pick<Evaluation, 'Status' | 'ModifyTime'> & {
    readonly StatusDescription: string | undefined;
    readonly SnapshotIndex: number;
    readonly QueuedAllocations: Readonly<Record<string, number>>;
    readonly FailedTGAllocs?: Evaluation['FailedTGAllocs'];
    readonly DeploymentID?: string;
    readonly BlockedEval?: string;
    readonly NextEval?: string;
    readonly ClassEligibility?: Readonly<Record<string, boolean>>;
    readonly EscapedComputedClass?: boolean;
  };
};

/** Counts of allocations, as `PUT /v1/job/:id/plan` prints them under `Annotations.DesiredTGUpdates`. */
export type DesiredUpdates = {
  Ignore: number;
  Place: number;
  Migrate: number;
  Stop: number;
  InPlaceUpdate: number;
  DestructiveUpdate: number;
  Canary: number;
  Preemptions: number;
};

export type PlanOptions = {
  /** Unix nanoseconds. */
  readonly now: number;
  /**
   * Plan as if this were the stored row of the evaluation's job, and leave nothing behind. It is the row as registering it
   * would make it: canonical, with the CreateIndex of the row that exists (0: none), and its Version raised if its
   * specification differs.
   */
  readonly dryRun?: { readonly job: Job };
};

/** How nodes are ranked: fullest first, or emptiest first (the operator's scheduler configuration). */
export type SchedulerAlgorithm = 'binpack' | 'spread';
