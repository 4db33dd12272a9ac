import type { Change, ChangeSet } from '../store/contract.ts';
import type { Plan } from './plan.ts';

/** A part of a plan's new allocations that a change set brought. */
export type Brought = { readonly planId: string; readonly from: number; readonly count: number };

/**
 * Recognises in the feed what plans have placed. A scheduler has these allocations already: it need only be told that they are rows now, which saves
 * copying nearly all that the feed brings while much is placed.
 */
export class PlansOnTheirWay {
  /** By the id of the first allocation that the feed has not brought. Commits write a plan's allocations in its order. */
  readonly #next = new Map<string, { readonly plan: Plan; readonly at: number }>();
  readonly #ids = new Map<string, string>();

  made(plan: Plan): void {
    this.#expect(plan, 0);
  }

  /** It is committed, or given up. */
  over(planId: string): void {
    this.#next.delete(this.#ids.get(planId) ?? '');
    this.#ids.delete(planId);
  }

  clear(): void {
    this.#next.clear();
    this.#ids.clear();
  }

  /** What the set brings of plans, and everything else. */
  sort({ changes }: ChangeSet): { readonly brought: readonly Brought[]; readonly rest: readonly Change[] } {
    if (this.#next.size === 0) return { brought: [], rest: changes };
    const brought: Brought[] = [];
    const rest: Change[] = [];
    for (let at = 0; at < changes.length; at += 1) {
      const change = changes[at] as Change;
      const part = change.table === 'allocs' ? this.#take(changes, at) : undefined;
      if (part) {
        brought.push(part);
        at += part.count - 1;
      } else rest.push(change);
    }
    return { brought, rest };
  }

  /** Its rows in a row, from `start` on. */
  #take(changes: readonly Change[], start: number): Brought | undefined {
    const found = this.#next.get((changes[start] as Change).key);
    if (!found) return undefined;
    const { plan, at } = found;
    let count = 0;
    while (isNew(changes[start + count]) && changes[start + count]?.key === plan.newAllocs[at + count]?.ID) count += 1;
    this.over(plan.id);
    if (count === 0) return undefined;
    this.#expect(plan, at + count);
    return { planId: plan.id, from: at, count };
  }

  #expect(plan: Plan, at: number): void {
    const first = plan.newAllocs[at]?.ID;
    if (first === undefined || plan.id === '') return;
    this.#next.set(first, { plan, at });
    this.#ids.set(plan.id, first);
  }
}

/** As it was created: nobody has changed it since. */
function isNew(change: Change | undefined): boolean {
  return change?.value !== undefined && change.table === 'allocs' && change.createIndex === change.modifyIndex;
}
