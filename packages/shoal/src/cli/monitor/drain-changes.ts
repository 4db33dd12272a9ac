import type { Allocation } from '@shoal/api';

type Known = { migrating: boolean; desired: string; client: string };

/** Says in lines, in Nomad's words, what has changed about the allocations of a node since they were last looked at. What is over at the first look is history. */
export function drainChanges(): (allocs: readonly Allocation[]) => string[] {
  const known = new Map<string, Known>();
  return (allocs) =>
    allocs.flatMap((alloc) => {
      const now = knownOf(alloc);
      const before = known.get(alloc.ID) ?? {
        migrating: false,
        desired: hasEnded(alloc) ? now.desired : 'run',
        client: now.client,
      };
      known.set(alloc.ID, now);
      return [
        ...(now.migrating && !before.migrating && !hasEnded(alloc) ? ['marked for migration'] : []),
        ...(now.desired !== 'run' && before.desired === 'run' ? ['draining'] : []),
        ...(now.client === before.client ? [] : [`status ${before.client} -> ${now.client}`]),
      ].map((what) => `Alloc "${alloc.ID}" ${what}`);
    });
}

function knownOf({ DesiredTransition, DesiredStatus, ClientStatus }: Allocation): Known {
  return { migrating: DesiredTransition?.Migrate === true, desired: DesiredStatus, client: ClientStatus };
}

const ENDED = new Set(['complete', 'failed', 'lost']);

export function hasEnded({ ClientStatus }: Allocation): boolean {
  return ENDED.has(ClientStatus);
}

/** Told to go, and not gone yet. */
export function isLeaving(alloc: Allocation): boolean {
  return alloc.DesiredStatus !== 'run' && !hasEnded(alloc);
}
