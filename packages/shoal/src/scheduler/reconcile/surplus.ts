import type { TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import type { NameIndex } from './names.ts';
import { isTerminal } from './situation.ts';
import type { Survey } from './survey.ts';

/**
 * What a group has too much of: those that promoted canaries replace; then those that would have to move; then the
 * highest numbers. Only what lives can be too much.
 */
export function findSurplus(
  group: TaskGroup,
  { untainted, migrate, canaries, waiting }: Survey,
  names: NameIndex,
): Set<AllocEntry> {
  const surplus = new Set<AllocEntry>();
  const candidates = untainted.filter((alloc) => !isTerminal(alloc) && !(waiting && canaries.includes(alloc)));
  const excess = () => candidates.length + migrate.length - surplus.size - group.Count;
  const take = (allocs: readonly AllocEntry[], wanted: (alloc: AllocEntry) => boolean) => {
    for (const alloc of allocs) if (excess() > 0 && !surplus.has(alloc) && wanted(alloc)) surplus.add(alloc);
  };
  if (excess() <= 0) return surplus;
  if (!waiting && canaries.length > 0) {
    const replaced = new Set(canaries.map((alloc) => alloc.index));
    take(candidates, (alloc) => !canaries.includes(alloc) && replaced.has(alloc.index));
  }
  take(highestFirst(migrate), () => true);
  take(highestFirst(candidates), () => true);
  for (const alloc of surplus) names.unset(alloc.index);
  for (const alloc of [...candidates, ...migrate]) if (!surplus.has(alloc)) names.set(alloc.index);
  return surplus;
}

function highestFirst(allocs: readonly AllocEntry[]): AllocEntry[] {
  return [...allocs].sort((a, b) => b.index - a.index || b.createIndex - a.createIndex);
}
