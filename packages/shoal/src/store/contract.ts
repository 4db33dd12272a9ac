/**
 * The store is the only thing that persists cluster state. It orders all writes by one number, the index, which never goes back.
 *
 * Promises of every implementation (the suite in `test/store/contract.ts` checks them):
 * - `commit` is all or nothing. It resolves after the write is durable and after every follower of this store has been handed the change set.
 * - Followers get each change set once, in the order of the index, synchronously one after another, never one that is not durable.
 * - After a crash, `load` yields exactly the commits that were answered, and possibly some that were on the way.
 */
export type Store = {
  readonly limits: StoreLimits;
  /** The index of the last durable commit; 0 for an empty store. */
  index(): number;
  /** All rows, in batches, with the index they stand for. Call before the first commit. */
  load(): AsyncIterable<Change[]>;
  commit(txn: Txn): Promise<CommitResult>;
  /**
   * Calls `listener` for every change set after `from`. 'compacted' means that the sets after `from` are no longer held: load again.
   * Returns a function that ends it.
   */
  follow(from: number, listener: (set: ChangeSet) => void): (() => void) | 'compacted';
  /** Waits for what is on its way, then closes. */
  close(): Promise<void>;
};

/** A transaction over its limits is refused; callers cut big ones where that is safe. */
export type StoreLimits = { opsPerTxn: number; bytesPerTxn: number; keyBytes: number };

/** A plain JSON object. The store never changes it, and neither may the caller after handing it over. */
export type Value = object;

export type Op =
  | { readonly kind: 'put'; readonly table: string; readonly key: string; readonly value: Value }
  | { readonly kind: 'delete'; readonly table: string; readonly key: string };

/** The row must have this ModifyIndex now; 0: it must not exist. */
export type Precondition = { readonly table: string; readonly key: string; readonly modifyIndex: number };

/** Each key may occur once among the ops. */
export type Txn = { readonly ops: readonly Op[]; readonly require?: readonly Precondition[] };

export type CommitResult =
  | { readonly ok: true; readonly index: number }
  | { readonly ok: false; readonly conflict: Precondition; readonly found: number };

/** `value` is undefined for a deletion; then both indexes are those of the deletion, and `gone` is the row, where whoever tells of it knows it. */
export type Change = {
  readonly table: string;
  readonly key: string;
  readonly value: Value | undefined;
  readonly gone?: Value;
  readonly createIndex: number;
  readonly modifyIndex: number;
};

/** What one commit changed. */
export type ChangeSet = { readonly index: number; readonly changes: readonly Change[] };
