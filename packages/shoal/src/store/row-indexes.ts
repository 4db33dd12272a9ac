import type { Change, Precondition } from './contract.ts';

export type Indexes = { readonly createIndex: number; readonly modifyIndex: number };

/** What a row's indexes were before a transaction. */
export type Before = { readonly table: string; readonly key: string; readonly indexes: Indexes | undefined };

/**
 * The indexes of every row after all that was staged: so that preconditions are checked, and rows found in the file, without reading it. Rows that one
 * commit created share theirs, which makes some 40 bytes for each row.
 */
export class RowIndexes {
  readonly #tables = new Map<string, Map<string, Indexes>>();
  #last: Indexes = { createIndex: 0, modifyIndex: 0 };

  get(table: string, key: string): Indexes | undefined {
    return this.#tables.get(table)?.get(key);
  }

  /** Undefined: the row is gone. Answers with what takes the change back. */
  set(table: string, key: string, indexes: Indexes | undefined): Before {
    const rows = this.#rows(table);
    const before = { table, key, indexes: rows.get(key) };
    if (indexes) rows.set(key, indexes);
    else rows.delete(key);
    return before;
  }

  /** A row as the file has it. */
  load({ table, key, createIndex, modifyIndex }: Change): void {
    const isSame = this.#last.createIndex === createIndex && this.#last.modifyIndex === modifyIndex;
    if (!isSame) this.#last = { createIndex, modifyIndex };
    this.#rows(table).set(key, this.#last);
  }

  /** Takes changes back, the newest first. */
  restore(changes: readonly Before[]): void {
    for (let at = changes.length - 1; at >= 0; at -= 1) {
      const { table, key, indexes } = changes[at] as Before;
      this.set(table, key, indexes);
    }
  }

  /** The first that does not hold, with what is there instead. */
  conflict(require: readonly Precondition[]): { conflict: Precondition; found: number } | undefined {
    for (const conflict of require) {
      const found = this.get(conflict.table, conflict.key)?.modifyIndex ?? 0;
      if (found !== conflict.modifyIndex) return { conflict, found };
    }
    return undefined;
  }

  #rows(table: string): Map<string, Indexes> {
    const found = this.#tables.get(table);
    if (found) return found;
    const made = new Map<string, Indexes>();
    this.#tables.set(table, made);
    return made;
  }
}
