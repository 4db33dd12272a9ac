import type { TableName, Tables } from '../state/tables.ts';
import type { Op, Precondition, Txn, Value } from '../store/contract.ts';
import type { Unstamped } from './registration.ts';

export type RowOf<T extends TableName> = NonNullable<ReturnType<Tables[T]['get']>>;

/** A row as a transaction leaves it; `row` is what it was before. */
export type Version<T extends TableName> = {
  readonly entry: Unstamped<RowOf<T>>;
  readonly row: RowOf<T> | undefined;
  readonly written: boolean;
};

/** Stands for the index of a row that this transaction wrote: no number that a client could have seen. */
const UNCOMMITTED = Number.MAX_SAFE_INTEGER;

/** The tables with a transaction's writes on top. Everything that was looked at becomes a precondition. */
export class Overlay {
  readonly tables: Tables;
  readonly #written = new Map<string, { op: Op; version: Version<TableName> | undefined }>();
  readonly #read = new Map<string, Precondition>();

  constructor(tables: Tables) {
    this.tables = tables;
  }

  get<T extends TableName>(table: T, key: string): Version<T> | undefined {
    this.#see(table, key);
    const written = this.#written.get(idOf(table, key));
    if (written) return written.version as Version<T> | undefined;
    const row = this.#row(table, key);
    return row && { entry: unstamped(row), row, written: false };
  }

  /** 0 when it does not exist. */
  indexOf(table: TableName, key: string): number {
    const version = this.get(table, key);
    if (!version) return 0;
    return version.written ? UNCOMMITTED : (version.row?.ModifyIndex ?? 0);
  }

  put<T extends TableName>(table: T, key: string, entry: Unstamped<RowOf<T>>): Version<T> {
    this.#see(table, key);
    const version: Version<T> = { entry, row: this.#row(table, key), written: true };
    this.#written.set(idOf(table, key), { op: { kind: 'put', table, key, value: entry as Value }, version });
    return version;
  }

  remove(table: TableName, key: string): void {
    this.#see(table, key);
    this.#written.set(idOf(table, key), { op: { kind: 'delete', table, key }, version: undefined });
  }

  /** In order. */
  keys(table: TableName, prefix: string): string[] {
    const added = [...this.#written.values()].filter(({ op }) => op.table === table && op.key.startsWith(prefix));
    const all = new Set([...this.tables[table].keys(prefix), ...added.map(({ op }) => op.key)]);
    return [...all].filter((key) => this.get(table, key) !== undefined).sort();
  }

  txn(): Txn {
    const ops = [...this.#written.values()].map(({ op }) => op);
    const isNews = (op: Op) => op.kind === 'put' || this.tables[op.table as TableName].get(op.key) !== undefined;
    return { ops: ops.filter(isNews), require: [...this.#read.values()] };
  }

  #see(table: TableName, key: string): void {
    const id = idOf(table, key);
    if (this.#read.has(id)) return;
    this.#read.set(id, { table, key, modifyIndex: this.tables[table].get(key)?.ModifyIndex ?? 0 });
  }

  #row<T extends TableName>(table: T, key: string): RowOf<T> | undefined {
    return this.tables[table].get(key) as RowOf<T> | undefined;
  }
}

/** The row that a version will be. `index` is the commit's. */
export function stamped<T extends TableName>({ entry, row, written }: Version<T>, index: number): RowOf<T> {
  const indexes = {
    CreateIndex: row?.CreateIndex ?? index,
    ModifyIndex: written ? index : (row?.ModifyIndex ?? index),
  };
  return { ...entry, ...indexes } as unknown as RowOf<T>;
}

function unstamped<R extends { CreateIndex: number; ModifyIndex: number }>(row: R): Unstamped<R> {
  const { CreateIndex: _, ModifyIndex: __, ...entry } = row;
  return entry;
}

function idOf(table: string, key: string): string {
  return `${table}\u0000${key}`;
}
