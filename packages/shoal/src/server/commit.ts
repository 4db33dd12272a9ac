import type { State } from '../state/state.ts';
import type { Txn } from '../store/contract.ts';
import { ContentionError } from './errors.ts';

const ATTEMPTS = 20;

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
  }
  throw new ContentionError(what);
}
