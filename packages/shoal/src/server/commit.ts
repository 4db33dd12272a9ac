import type { State } from '../state/state.ts';
import { keyTopic } from '../state/table.ts';
import type { TableName } from '../state/tables.ts';
import type { CommitResult, Txn } from '../store/contract.ts';
import { ContentionError } from './errors.ts';

const ATTEMPTS = 50;
/** A write that the store has taken is applied within this time, or it failed. */
const APPLIED_WITHIN_MS = 5_000;

/**
 * Reads, decides and writes until nobody came between: `decide` makes a transaction, with preconditions on what it read, and what to answer
 * with. It may throw, or give no transaction when there is nothing to write. Resolves with the index of the write.
 */
export async function commitDecision<T>(
  state: State,
  what: string,
  decide: () => { txn?: Txn; answer: T },
): Promise<{ index: number; answer: T }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { txn, answer } = decide();
    if (!txn) return { index: state.index(), answer };
    const result = await state.commit(txn);
    if (result.ok) return { index: result.index, answer };
    await caughtUp(state, result);
  }
  throw new ContentionError(what);
}

/** After a conflict: the store knows a write that the tables may not have yet. Deciding again before they have it would decide the same. */
export async function caughtUp(state: State, { conflict, found }: CommitResult & { ok: false }): Promise<void> {
  const { table, key } = conflict;
  if ((state.tables[table as TableName]?.get(key)?.ModifyIndex ?? 0) === found) return;
  await state.wait({ topics: new Set([keyTopic(table, key)]), prefixes: [] }, APPLIED_WITHIN_MS);
}
