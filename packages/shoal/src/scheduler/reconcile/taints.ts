import type { Node } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import type { Patience } from './patience.ts';
import { isTerminal } from './situation.ts';

export type ByNode = {
  readonly untainted: AllocEntry[];
  /** To be moved to another node. */
  readonly migrate: AllocEntry[];
  /** Its node is down or gone for good: nobody can say what became of it. */
  readonly lost: AllocEntry[];
  /** Its node has just fallen silent, and may come back with it: it becomes unknown. */
  readonly silent: AllocEntry[];
  /** Unknown since its node fell silent. */
  readonly unknown: AllocEntry[];
  /** It was unknown, and its node is back. */
  readonly returned: AllocEntry[];
};

type Context = {
  readonly nodeOf: (slot: number) => Node | undefined;
  readonly patience: Patience;
  readonly evalId: string;
};

/** Sorts allocations by what their nodes allow. Work that has ended is nowhere any more, whatever its node does. */
export function sortByNode(allocs: Iterable<AllocEntry>, context: Context): ByNode {
  const sorted: ByNode = { untainted: [], migrate: [], lost: [], silent: [], unknown: [], returned: [] };
  for (const alloc of allocs) sorted[placeOf(alloc, context)].push(alloc);
  return sorted;
}

export function placeOf(alloc: AllocEntry, context: Context): keyof ByNode {
  if (isTerminal(alloc)) return 'untainted';
  const node = context.nodeOf(alloc.slot);
  if (!node) return 'lost';
  if (isSilent(node)) return placeInSilence(alloc, node, context);
  if (alloc.client === 'unknown') return 'returned';
  // Whoever drains a node asks for each allocation when it may go.
  return alloc.transition?.Migrate === true ? 'migrate' : 'untainted';
}

function isSilent({ Status }: Node): boolean {
  return Status === 'down' || Status === 'disconnected';
}

function placeInSilence(alloc: AllocEntry, node: Node, { patience, evalId }: Context): keyof ByNode {
  const { lostAfter, replace } = patience;
  // An operator does not want to wait for it.
  if (alloc.transition?.Migrate === true) return 'lost';
  const isUnknown = alloc.client === 'unknown';
  if (!replace) return isUnknown ? 'unknown' : 'silent';
  if (lostAfter === 0) return 'lost';
  // The evaluation that was to come when the time is over says that it is; clocks may say anything.
  if (isUnknown) return alloc.followUp === evalId || node.Status === 'down' ? 'lost' : 'unknown';
  // What had not started yet has nothing that is worth waiting for.
  return node.Status === 'disconnected' && alloc.client === 'running' ? 'silent' : 'lost';
}
