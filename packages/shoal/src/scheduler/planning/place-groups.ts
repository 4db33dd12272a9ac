import type { AllocMetric, Job } from '@shoal/api';
import type { Cluster } from '../cluster/cluster.ts';
import type { AllocEntry, GroupEntry } from '../cluster/entries.ts';
import { GroupPlacer } from '../place/group-placer.ts';
import { assignNetworks } from '../place/networks.ts';
import { RESCHEDULED, UPDATING } from '../reconcile/descriptions.ts';
import type { GroupChanges, Placement } from '../reconcile/result.ts';
import type { Draft } from './draft.ts';
import { newAllocRow } from './new-alloc.ts';
import type { Rankings } from './rankings.ts';

export type Placing = {
  readonly cluster: Cluster;
  readonly rankings: Rankings;
  readonly newId: () => string;
  readonly random: (() => number) | undefined;
  readonly elapsed: () => number;
};

export type Target = {
  readonly job: Job;
  readonly groups: ReadonlyMap<string, GroupEntry>;
  /** Its key in the cluster. */
  readonly key: string;
  /** The deployment of the placements of a group, or ''. */
  readonly deploymentOf: (group: string) => string;
};

/** Places what a service or batch job lacks: first what takes the place of something, in all groups, then the rest. */
export function placeGroups(draft: Draft, changes: readonly GroupChanges[], target: Target, placing: Placing): void {
  for (const { group, replacements } of changes) placeGroup(draft, group, replacements, target, placing);
  for (const { group, places } of changes) placeGroup(draft, group, places, target, placing);
}

function placeGroup(
  draft: Draft,
  name: string,
  placements: readonly Placement[],
  target: Target,
  placing: Placing,
): void {
  const group = target.groups.get(name);
  if (!group || placements.length === 0) return;
  const { cluster, rankings, elapsed } = placing;
  const ranking = rankings.of(target.job, group);
  const { properties } = rankings;
  const placer = new GroupPlacer(target.job, group, cluster.job(target.key), {
    ranking,
    nodes: cluster.nodes,
    properties,
    elapsed,
  });
  try {
    placeAll(draft, placements, placer, { group, target, placing });
  } finally {
    placer.end();
  }
}

type Context = { readonly group: GroupEntry; readonly target: Target; readonly placing: Placing };

function placeAll(draft: Draft, placements: readonly Placement[], placer: GroupPlacer, context: Context): void {
  const name = context.group.group.Name;
  let full: AllocMetric | undefined;
  for (const placement of placements) {
    // Only a successor can have room where others have none: the place of what it replaces.
    const wish = wishOf(placement, context.group, context.placing.cluster);
    if (full && !wish.replaces) {
      draft.fail(name, full);
      continue;
    }
    const choice = placer.choose(wish);
    if (choice.slot < 0) {
      full = choice.metric;
      draft.fail(name, full);
      continue;
    }
    settle(draft, placement, choice, context);
    placer.placed(choice.slot);
  }
}

function wishOf({ kind, previous }: Placement, { group }: GroupEntry, cluster: Cluster) {
  return {
    penalties: kind === 'reschedule' && previous ? failedOn(previous, cluster) : NONE,
    replaces: kind === 'update' || previous?.counted ? previous : undefined,
    preferred: group.EphemeralDisk?.Sticky ? previous?.slot : undefined,
  };
}

const NONE: ReadonlySet<number> = new Set();

function failedOn(previous: AllocEntry, { nodes }: Cluster): ReadonlySet<number> {
  const events = previous.tracker?.Events ?? [];
  return new Set([previous.slot, ...events.map((event) => nodes.slotOf(event.PrevNodeID))]);
}

/** Writes a placement down, in the draft and in the cluster. */
export function settle(
  draft: Draft,
  placement: Placement,
  { slot, metric }: { readonly slot: number; readonly metric: AllocMetric },
  { group, target, placing }: Context,
): void {
  const { nodes } = placing.cluster;
  const id = placing.newId();
  const row = newAllocRow({
    id,
    job: target.job,
    group: group.group,
    placement,
    previousNode: placement.previous ? nodes.id(placement.previous.slot) : '',
    node: { id: nodes.id(slot), name: nodes.row(slot)?.Name ?? '' },
    networks: assignNetworks(group.group, nodes.ports(slot), placing.random),
    metric,
    evalId: draft.evaluation.ID,
    deploymentId: target.deploymentOf(group.group.Name),
    now: draft.now,
  });
  const { kind, previous } = placement;
  if (previous && kind === 'update') draft.stop({ alloc: previous, description: UPDATING });
  if (previous && kind === 'reschedule') draft.stop({ alloc: previous, description: RESCHEDULED });
  if (previous) draft.link(previous, id);
  draft.newAllocs.push(row);
  draft.journal.add(row);
  draft.usedSlots.add(slot);
}
