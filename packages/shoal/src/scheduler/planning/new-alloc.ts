import type { AllocMetric, Job, RescheduleTracker, TaskGroup } from '@shoal/api';
import type { Networks } from '../place/networks.ts';
import type { NewAlloc } from '../plan.ts';
import { nextReschedule, trackReschedule } from '../reconcile/reschedule.ts';
import type { Placement } from '../reconcile/result.ts';

export type Placed = {
  readonly id: string;
  readonly job: Job;
  readonly group: TaskGroup;
  readonly placement: Placement;
  readonly previousNode: string;
  readonly node: { readonly id: string; readonly name: string };
  readonly networks: Networks;
  readonly metric: AllocMetric;
  readonly evalId: string;
  readonly deploymentId: string;
  readonly now: number;
};

/** The row of an allocation that found its place. */
export function newAllocRow(placed: Placed): NewAlloc {
  const { id, job, group, placement, node, networks, metric, evalId, deploymentId, now } = placed;
  return {
    ID: id,
    Namespace: job.Namespace,
    JobID: job.ID,
    JobVersion: job.Version,
    TaskGroup: group.Name,
    Name: placement.name,
    NodeID: node.id,
    NodeName: node.name,
    EvalID: evalId,
    DesiredStatus: 'run',
    DesiredDescription: '',
    ...networks,
    DeploymentID: deploymentId,
    ...(placement.canary && { Canary: true }),
    PreviousAllocation: placement.previous?.id ?? '',
    NextAllocation: '',
    FollowupEvalID: '',
    RescheduleTracker: trackerOf(placed),
    Metrics: metric,
    CreateTime: now,
    ModifyTime: now,
  };
}

/** A successor that takes over after a failure, a loss or a drain knows what happened before it; a new version starts afresh. */
function trackerOf({ placement, group, previousNode, now }: Placed): RescheduleTracker | null {
  const { kind, previous } = placement;
  if (!previous || kind === 'new' || kind === 'update') return null;
  if (kind !== 'reschedule') return previous.tracker;
  const policy = group.ReschedulePolicy;
  const delay = nextReschedule(policy, previous.tracker, previous.finishedAt || previous.modifyTime)?.delay ?? 0;
  const event = { RescheduleTime: now, PrevAllocID: previous.id, PrevNodeID: previousNode, Delay: delay };
  return trackReschedule(policy, previous.tracker, event);
}
