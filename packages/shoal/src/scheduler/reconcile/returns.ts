import type { TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import { RECONNECTED, UPDATING } from './descriptions.ts';
import { patienceOf } from './patience.ts';
import type { Stop } from './result.ts';
import { isTerminal, type Situation } from './situation.ts';

export type Returns = {
  /** They go on as if nothing had been. */
  readonly kept: AllocEntry[];
  /** The others of each pair. */
  readonly stops: Stop[];
};

/** Decides between allocations whose node is back and those that took their place meanwhile (job specification, `disconnect`, `reconcile`). */
export function settleReturns(
  group: TaskGroup,
  returned: readonly AllocEntry[],
  all: readonly AllocEntry[],
  situation: Pick<Situation, 'isOlder' | 'mustReplace' | 'scoreOf'>,
): Returns {
  const returns: Returns = { kept: [], stops: [] };
  const byId = new Map(returned.length > 0 ? all.map((alloc) => [alloc.id, alloc]) : []);
  for (const original of returned) {
    const successors = successorsOf(original, byId);
    const replacement = successors.at(-1);
    const isOutdated = situation.isOlder(original) && situation.mustReplace(original, group);
    if (!replacement) returns.kept.push(original);
    else if (isOutdated) returns.stops.push({ alloc: original, description: UPDATING });
    else if (staysInsteadOf(replacement, original, group, situation)) {
      returns.kept.push(original);
      returns.stops.push(...successors.map((alloc) => ({ alloc, description: RECONNECTED })));
    } else returns.stops.push({ alloc: original, description: RECONNECTED });
  }
  return returns;
}

/** Those that live of the ones that took over from it, one after the other. */
function successorsOf(original: AllocEntry, byId: ReadonlyMap<string, AllocEntry>): AllocEntry[] {
  const found: AllocEntry[] = [];
  for (let next = byId.get(original.next); next; next = byId.get(next.next)) if (!isTerminal(next)) found.push(next);
  return found;
}

function staysInsteadOf(
  replacement: AllocEntry,
  original: AllocEntry,
  group: TaskGroup,
  { scoreOf }: Pick<Situation, 'scoreOf'>,
): boolean {
  switch (patienceOf(group).reconcile) {
    case 'keep_original':
      return true;
    case 'keep_replacement':
      return false;
    case 'longest_running':
      return replacement.client !== 'running' || original.startedAt <= replacement.startedAt;
    default:
      return scoreOf(group, original) >= scoreOf(group, replacement);
  }
}
