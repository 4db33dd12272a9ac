import type { State } from '../state/state.ts';
import { keyTopic } from '../state/table.ts';
import type { Tables } from '../state/tables.ts';
import type { Precondition, Txn } from '../store/contract.ts';
import { ContentionError } from './errors.ts';

const ATTEMPTS = 50;
const APPLIED_WITHIN_MS = 5_000;

/** A change worked out from what the tables hold. No `txn`: there is nothing to write. */
export type Planned<T> = { readonly txn?: Txn; readonly result: T };

/**
 * Reads, decides, writes: `plan` is pure and names in `require` the rows that it decided upon. When one of them was written meanwhile, it is asked again.
 * Resolves with the index of the write when it is durable and readable here.
 */
export async function commitPlanned<T>(
  state: State,
  plan: (tables: Tables) => Planned<T>,
): Promise<{ result: T; index: number }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { txn, result } = plan(state.tables);
    if (!txn || txn.ops.length === 0) return { result, index: state.index() };
    const committed = await state.commit(txn);
    if (committed.ok) return { result, index: committed.index };
    await caughtUp(state, committed.conflict, committed.found);
  }
  throw new ContentionError(ATTEMPTS);
}

/** The store knew a write that the tables did not have yet: it is on its way. */
async function caughtUp(state: State, { table, key }: Precondition, found: number): Promise<void> {
  const rows = state.tables[table as keyof Tables];
  if ((rows.get(key)?.ModifyIndex ?? 0) === found) return;
  await state.wait({ topics: new Set([keyTopic(table, key)]), prefixes: [] }, APPLIED_WITHIN_MS);
}
