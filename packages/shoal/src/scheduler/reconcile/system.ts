import type { Job, Node, TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import { isDraining } from '../cluster/nodes.ts';
import { LOST, NODE_TAINTED, NOT_NEEDED } from './descriptions.ts';
import { groupAllocs, stopGroup } from './job.ts';
import { type GroupChanges, noUpdates, type Placement, type Reconciled, type Stop } from './result.ts';
import { isTerminal, type Situation } from './situation.ts';

/** A system or sysbatch job: one allocation of each group on every node that can have it. `slots`: ready nodes in the job's reach. */
export function reconcileSystemJob(
  situation: Situation,
  slots: readonly number[],
): Reconciled & { readonly limited: boolean } {
  const { job } = situation;
  const byGroup = groupAllocs(situation.entry?.allocs ?? []);
  const groups = !job || job.Stop ? [] : (job.TaskGroups ?? []);
  const removed = [...byGroup].filter(([name]) => !groups.some((group) => group.Name === name));
  const stopped = removed
    .map(([name, allocs]) => stopGroup(name, allocs, situation))
    .filter((each) => each.stops.length > 0);
  const kept = job
    ? groups.map((group) => reconcileOnNodes(job, group, byGroup.get(group.Name) ?? [], situation, slots))
    : [];
  const changes = job ? kept.map((each) => rolled(job, each)) : [];
  return {
    groups: [...changes, ...stopped],
    newDeployment: undefined,
    deploymentPatches: [],
    limited: changes.some((each, at) => each.replacements.length < (kept[at]?.replacements.length ?? 0)),
  };
}

function reconcileOnNodes(
  job: Job,
  group: TaskGroup,
  allocs: readonly AllocEntry[],
  situation: Situation,
  slots: readonly number[],
): GroupChanges {
  const live = new Map<number, AllocEntry>();
  const ended = new Map<number, AllocEntry>();
  const changes = {
    group: group.Name,
    stops: [] as Stop[],
    replacements: [] as Placement[],
    places: [] as Placement[],
    inPlace: [] as AllocEntry[],
    later: [],
    updates: noUpdates(),
  };
  for (const alloc of allocs) {
    if (isTerminal(alloc)) remember(ended, alloc);
    else if (live.has(alloc.slot)) changes.stops.push({ alloc, description: NOT_NEEDED });
    else keepOrStop(alloc);
  }
  for (const slot of group.Count > 0 ? slots : []) if (!live.has(slot)) place(slot);
  const { updates, stops, places, replacements, inPlace } = changes;
  updates.Stop = stops.length;
  updates.Place = places.length;
  updates.DestructiveUpdate = replacements.length;
  updates.InPlaceUpdate = inPlace.length;
  return changes;

  function keepOrStop(alloc: AllocEntry): void {
    const reason = reasonToStop(alloc, situation.nodeOf(alloc.slot), group);
    if (reason) {
      changes.stops.push(reason);
      return;
    }
    live.set(alloc.slot, alloc);
    if (!situation.isOlder(alloc)) updates.Ignore += 1;
    else if (situation.mustReplace(alloc, group)) changes.replacements.push(replacing(alloc));
    else if (situation.acceptable(group, alloc.slot)) changes.inPlace.push(alloc);
    else changes.stops.push({ alloc, description: NOT_NEEDED });
  }

  function place(slot: number): void {
    const previous = ended.get(slot);
    if (previous && job.Type === 'sysbatch' && !situation.isOlder(previous)) {
      updates.Ignore += 1;
      return;
    }
    changes.places.push({ kind: 'new', name: `${job.ID}.${group.Name}[0]`, previous, canary: false, slot });
  }
}

/** The newest on each node. */
function remember(ended: Map<number, AllocEntry>, alloc: AllocEntry): void {
  const known = ended.get(alloc.slot);
  if (!known || known.createIndex < alloc.createIndex) ended.set(alloc.slot, alloc);
}

function reasonToStop(alloc: AllocEntry, node: Node | undefined, group: TaskGroup): Stop | undefined {
  if (!node || node.Status === 'down') return { alloc, description: LOST, lost: true };
  const drained = isDraining(node) && !node.DrainStrategy?.IgnoreSystemJobs;
  if (drained || alloc.transition?.Migrate === true) return { alloc, description: NODE_TAINTED };
  return group.Count > 0 ? undefined : { alloc, description: NOT_NEEDED };
}

function replacing(alloc: AllocEntry): Placement {
  return { kind: 'update', name: alloc.name, previous: alloc, canary: false, slot: alloc.slot };
}

/** `update { max_parallel, stagger }` of a system job: so many at a time, and more after a while. */
function rolled({ Update }: Job, changes: GroupChanges): GroupChanges {
  const limit = Update && Update.MaxParallel > 0 && Update.Stagger > 0 ? Update.MaxParallel : Number.POSITIVE_INFINITY;
  if (changes.replacements.length <= limit) return changes;
  const replacements = changes.replacements.slice(0, limit);
  const { updates } = changes;
  const waiting = changes.replacements.length - limit;
  return {
    ...changes,
    replacements,
    updates: { ...updates, DestructiveUpdate: limit, Ignore: updates.Ignore + waiting },
  };
}
