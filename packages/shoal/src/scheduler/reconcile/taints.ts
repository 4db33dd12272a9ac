import type { Node } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import { isTerminal } from './situation.ts';

export type ByNode = {
  readonly untainted: AllocEntry[];
  /** To be moved to another node. */
  readonly migrate: AllocEntry[];
  /** Its node is down or gone: nobody can say what became of it. */
  readonly lost: AllocEntry[];
};

/** Sorts allocations by what their nodes allow. Work that has ended is nowhere any more, whatever its node does. */
export function sortByNode(allocs: Iterable<AllocEntry>, nodeOf: (slot: number) => Node | undefined): ByNode {
  const sorted: ByNode = { untainted: [], migrate: [], lost: [] };
  for (const alloc of allocs) sorted[placeOf(alloc, nodeOf(alloc.slot))].push(alloc);
  return sorted;
}

function placeOf(alloc: AllocEntry, node: Node | undefined): keyof ByNode {
  if (isTerminal(alloc)) return 'untainted';
  if (!node || node.Status === 'down') return 'lost';
  // Whoever drains a node asks for each allocation when it may go.
  return alloc.transition?.Migrate === true ? 'migrate' : 'untainted';
}
