import type { TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import { WINDOW } from './failures.ts';
import { patienceOf } from './patience.ts';
import type { Later } from './result.ts';

export type Holding = {
  /** Lost, but perhaps still running: their places are kept free until their clients must have stopped them. */
  readonly held: AllocEntry[];
  /** Their clients have had that time. */
  readonly overdue: AllocEntry[];
};

/**
 * Where clients end by themselves what has lost the servers (job specification, `stop_on_client_after`), nothing takes its place before: the two
 * would run at the same time. `lost` have just been found to be so; more may be waited for among `all`.
 */
export function holdLost(
  lost: readonly AllocEntry[],
  all: readonly AllocEntry[],
  { group, evalId, now }: { readonly group: TaskGroup; readonly evalId: string; readonly now: number },
): Holding & { readonly later: Later[] } {
  const { stopAfter } = patienceOf(group);
  if (stopAfter === 0) return { held: [], overdue: [], later: [] };
  const term = stopAfter + Math.max(0, ...(group.Tasks ?? []).map(({ KillTimeout }) => KillTimeout));
  const held = lost.filter(({ client }) => client === 'running');
  const later = held.map((alloc): Later => ({ alloc, at: now + term, why: 'reschedule' }));
  const overdue: AllocEntry[] = [];
  for (const alloc of all) {
    if (alloc.client !== 'lost' || alloc.next !== '' || alloc.followUp === '') continue;
    if (alloc.followUp === evalId) overdue.push(alloc);
    else if (now < alloc.statedAt + term - WINDOW) held.push(alloc);
  }
  return { held, overdue, later };
}
