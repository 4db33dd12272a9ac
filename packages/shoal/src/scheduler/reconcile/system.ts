import type { Job, TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import { LOST, NODE_TAINTED, NOT_NEEDED } from './descriptions.ts';
import { groupAllocs, stopGroup } from './job.ts';
import { endOfPatience, patienceOf } from './patience.ts';
import { type GroupChanges, noUpdates, type Placement, type Reconciled, type Stop } from './result.ts';
import { isTerminal, type Situation } from './situation.ts';
import { placeOf } from './taints.ts';

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

type Fate = 'ignored' | 'update' | 'in-place' | 'unknown' | 'returned' | Stop;

function reconcileOnNodes(
  job: Job,
  group: TaskGroup,
  allocs: readonly AllocEntry[],
  situation: Situation,
  slots: readonly number[],
): GroupChanges {
  const kept = new Map<number, AllocEntry>();
  const ended = new Map<number, AllocEntry>();
  const leaving = new Map<number, AllocEntry>();
  const stops: Stop[] = [];
  const replacements: Placement[] = [];
  const inPlace: AllocEntry[] = [];
  const unknown: AllocEntry[] = [];
  const returned: AllocEntry[] = [];
  let ignored = 0;
  for (const alloc of allocs) {
    if (isTerminal(alloc)) {
      remember(ended, alloc);
      continue;
    }
    const fate = kept.has(alloc.slot) ? { alloc, description: NOT_NEEDED } : fateOf(alloc, group, situation);
    if (typeof fate === 'object') {
      stops.push(fate);
      leaving.set(alloc.slot, alloc);
      continue;
    }
    kept.set(alloc.slot, alloc);
    if (fate === 'update') replacements.push(replacing(alloc));
    else if (fate === 'in-place') inPlace.push(alloc);
    else if (fate === 'unknown') unknown.push(alloc);
    else if (fate === 'returned') returned.push(alloc);
    else ignored += 1;
  }
  const open = group.Count > 0 ? slots.filter((slot) => !kept.has(slot)) : [];
  const isDone = (slot: number) => job.Type === 'sysbatch' && ended.has(slot) && !situation.isOlder(ended.get(slot)!);
  const places = open
    .filter((slot) => !isDone(slot))
    .map((slot): Placement => {
      const previous = leaving.get(slot) ?? ended.get(slot);
      return { kind: 'new', name: `${job.ID}.${group.Name}[0]`, previous, canary: false, slot };
    });
  const updates = {
    ...noUpdates(),
    Ignore: ignored + unknown.length + returned.length + open.length - places.length,
    Place: places.length,
    Stop: stops.length,
    InPlaceUpdate: inPlace.length,
    DestructiveUpdate: replacements.length,
  };
  const later = unknown.flatMap((alloc) => endOfPatience(alloc, patienceOf(group), situation.now));
  return { group: group.Name, stops, replacements, places, inPlace, unknown, returned, later, updates };
}

function fateOf(alloc: AllocEntry, group: TaskGroup, situation: Situation): Fate {
  const { nodeOf, evalId } = situation;
  const place = placeOf(alloc, { nodeOf, patience: patienceOf(group), evalId });
  if (place === 'lost') return { alloc, description: LOST, lost: true };
  if (place === 'migrate') return { alloc, description: NODE_TAINTED };
  if (group.Count === 0) return { alloc, description: NOT_NEEDED };
  if (place === 'silent') return 'unknown';
  if (place === 'unknown') return 'ignored';
  if (!situation.isOlder(alloc)) return place === 'returned' ? place : 'ignored';
  if (situation.mustReplace(alloc, group)) return 'update';
  return situation.acceptable(group, alloc.slot) ? 'in-place' : { alloc, description: NOT_NEEDED };
}

/** The newest on each node. */
function remember(ended: Map<number, AllocEntry>, alloc: AllocEntry): void {
  const known = ended.get(alloc.slot);
  if (!known || known.createIndex < alloc.createIndex) ended.set(alloc.slot, alloc);
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
