import type { TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import type { Later } from './result.ts';

export type ReconcileStrategy = 'best_score' | 'keep_original' | 'keep_replacement' | 'longest_running';

/**
 * How a group takes the silence of a node (job specification, `disconnect`, and the older settings that it took the place of). Times are nanoseconds, 0
 * for none.
 */
export type Patience = {
  /** For so long its allocations are unknown rather than lost, and go on if their node comes back. */
  readonly lostAfter: number;
  /** The client ends them by itself when it has heard of no server for so long; nobody replaces them before. */
  readonly stopAfter: number;
  /** False: they are not replaced, however long their node is away. */
  readonly replace: boolean;
  /** Which one stays when both the original and its replacement run. */
  readonly reconcile: ReconcileStrategy;
};

export function patienceOf(group: TaskGroup | undefined): Patience {
  const { Disconnect: disconnect } = group ?? {};
  if (!disconnect)
    return {
      lostAfter: group?.MaxClientDisconnect ?? 0,
      stopAfter: group?.StopAfterClientDisconnect ?? 0,
      replace: group?.PreventRescheduleOnLost !== true,
      reconcile: 'best_score',
    };
  return {
    lostAfter: disconnect.LostAfter ?? 0,
    stopAfter: disconnect.StopOnClientAfter ?? 0,
    replace: disconnect.Replace ?? true,
    reconcile: (disconnect.Reconcile ?? 'best_score') as ReconcileStrategy,
  };
}

/** When an allocation that becomes unknown now is lost after all, if its node has not come back. */
export function endOfPatience(alloc: AllocEntry, { replace, lostAfter }: Patience, now: number): Later[] {
  return replace ? [{ alloc, at: now + lostAfter, why: 'disconnect' }] : [];
}
