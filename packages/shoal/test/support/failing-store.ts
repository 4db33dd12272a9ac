import type { Store } from '../../src/store/contract.ts';
import { StoreWriteError } from '../../src/store/errors.ts';

/** A store whose disk is full for as long as the test says so. */
export type FailingStore = Store & { full: boolean; readonly refused: number };

export function failingStore(store: Store): FailingStore {
  let refused = 0;
  const failing: FailingStore = {
    limits: store.limits,
    full: false,
    get refused() {
      return refused;
    },
    index: () => store.index(),
    load: () => store.load(),
    follow: (from, listener) => store.follow(from, listener),
    close: () => store.close(),
    commit(txn) {
      if (!failing.full) return store.commit(txn);
      refused += 1;
      return Promise.reject(new StoreWriteError('the test', new Error('no space left on device')));
    },
  };
  return failing;
}
