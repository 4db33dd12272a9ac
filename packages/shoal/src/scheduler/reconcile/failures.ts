import type { TaskGroup } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import { nextReschedule } from './reschedule.ts';
import type { Later } from './result.ts';
import { isTerminal } from './situation.ts';

/** What is due within this time is done now. */
export const WINDOW = 1e9;

export type ByFailure = {
  /** They count: running, ended as they should, or failed for good. */
  readonly untainted: AllocEntry[];
  readonly now: AllocEntry[];
  /** These count too, until their time comes. */
  readonly later: Later[];
};

type Context = { readonly group: TaskGroup; readonly batch: boolean; readonly evalId: string; readonly now: number };

/** Takes apart what ended, and what of it is to be replaced. */
export function sortByFailure(allocs: readonly AllocEntry[], context: Context): ByFailure {
  const sorted: ByFailure = { untainted: [], now: [], later: [] };
  for (const alloc of allocs) {
    if (alloc.next !== '' && isTerminal(alloc)) continue;
    if (!counts(alloc, context.batch)) continue;
    const due = dueAt(alloc, context);
    if (due !== undefined && (due - context.now <= WINDOW || alloc.followUp === context.evalId)) {
      sorted.now.push(alloc);
      continue;
    }
    if (due !== undefined && alloc.followUp === '') sorted.later.push({ alloc, at: due, why: 'reschedule' });
    sorted.untainted.push(alloc);
  }
  return sorted;
}

/** Whether it stands for one of the group's count. Batch work that is done stays done; a service that ended is missing. */
function counts(alloc: AllocEntry, batch: boolean): boolean {
  if (batch && alloc.client === 'complete') return true;
  if (alloc.desired !== 'run' || alloc.client === 'lost') return false;
  return batch || alloc.client !== 'complete';
}

function dueAt(alloc: AllocEntry, { group, now }: Context): number | undefined {
  if (alloc.transition?.ForceReschedule === true) return now;
  if (alloc.client !== 'failed') return undefined;
  return nextReschedule(group.ReschedulePolicy, alloc.tracker, alloc.finishedAt || alloc.modifyTime)?.at;
}
