import type { Change } from '../store/contract.ts';
import { SortedKeys } from './sorted-keys.ts';
import { Tombstones } from './tombstones.ts';

/** What every row carries; stamped when a change is applied, since a store knows the number only then. */
export type Stamped = { readonly CreateIndex: number; readonly ModifyIndex: number };

/** How rows of one kind are kept: names and keys of the secondary indexes. `undefined` leaves a row out of an index. */
export type TableSchema<R extends Stamped, I extends string> = {
  readonly name: string;
  readonly indexes: { readonly [K in I]: (row: R) => string | undefined };
  /** Fields beyond CreateIndex and ModifyIndex that are derived from them. `stored`: the row as it was written. */
  readonly stamp?: (row: R, stored: R) => R;
};

/** Rows of one value of a secondary index: at least one. */
type Bucket<R> = { rows: Map<string, R>; index: number };

export type Applied<R> = {
  readonly key: string;
  readonly old: R | undefined;
  readonly row: R | undefined;
  readonly index: number;
};

/** One table in memory. Only the change feed writes it; rows are immutable. */
export class Table<R extends Stamped, I extends string = never> {
  readonly schema: TableSchema<R, I>;
  readonly #rows = new Map<string, R>();
  readonly #keys = new SortedKeys();
  readonly #buckets: Map<string, Map<string, Bucket<R>>>;
  readonly #indexes: [string, (row: R) => string | undefined][];
  #tombstones = new Tombstones(0);
  /** Values that have no rows any more, by index. */
  readonly #gone: Map<string, Tombstones>;
  #index = 0;

  constructor(schema: TableSchema<R, I>) {
    this.schema = schema;
    this.#indexes = Object.entries(schema.indexes) as [string, (row: R) => string | undefined][];
    this.#buckets = new Map(this.#indexes.map(([name]) => [name, new Map()]));
    this.#gone = new Map(this.#indexes.map(([name]) => [name, new Tombstones(0)]));
  }

  /** The last index that touched the table. */
  get index(): number {
    return this.#index;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): R | undefined {
    return this.#rows.get(key);
  }

  /** In the order of the keys. */
  *scan(prefix = ''): Generator<R> {
    for (const key of this.#keys.scan(prefix)) yield this.#rows.get(key) as R;
  }

  /** In order. */
  keys(prefix = ''): Iterable<string> {
    return this.#keys.scan(prefix);
  }

  /** In no particular order. */
  values(): Iterable<R> {
    return this.#rows.values();
  }

  /** All there is now, in the order in which it came. Rows are shared, so this costs two lists. */
  copy(): { keys: string[]; rows: R[] } {
    return { keys: [...this.#rows.keys()], rows: [...this.#rows.values()] };
  }

  /** Rows of one value of a secondary index, in the order in which they came to it. */
  by(index: I, value: string): Iterable<R> {
    return this.#buckets.get(index)?.get(value)?.rows.values() ?? [];
  }

  countBy(index: I, value: string): number {
    return this.#buckets.get(index)?.get(value)?.rows.size ?? 0;
  }

  /** The values that a secondary index has rows for, in no order. */
  valuesOf(index: I): Iterable<string> {
    return this.#buckets.get(index)?.keys() ?? [];
  }

  indexOfKey(key: string): number {
    return this.#rows.get(key)?.ModifyIndex ?? this.#tombstones.indexOf(key);
  }

  indexOfPrefix(prefix: string): number {
    let index = this.#tombstones.indexOfPrefix(prefix);
    for (const row of this.scan(prefix)) index = Math.max(index, row.ModifyIndex);
    return index;
  }

  /** Counts rows that left the value as well as those that are there. */
  indexOfValue(index: I, value: string): number {
    return this.#buckets.get(index)?.get(value)?.index ?? this.#gone.get(index)?.indexOf(value) ?? 0;
  }

  /** Before the feed begins: nothing is known of deletions up to `index`. */
  settle(index: number): void {
    this.#index = index;
    this.#tombstones = new Tombstones(index);
    for (const name of this.#gone.keys()) this.#gone.set(name, new Tombstones(index));
  }

  apply(change: Change): Applied<R> {
    const old = this.#rows.get(change.key);
    const row = change.value === undefined ? undefined : this.#stamp(change);
    if (row) this.#put(change.key, row);
    else this.#delete(change.key, change.modifyIndex);
    this.#reindex(change.key, old, row, change.modifyIndex);
    this.#index = Math.max(this.#index, change.modifyIndex);
    return { key: change.key, old, row, index: change.modifyIndex };
  }

  /** The names under which readers wait for this change (see waiters.ts). */
  *topics({ key, old, row }: Applied<R>): Generator<string> {
    yield this.schema.name;
    yield keyTopic(this.schema.name, key);
    for (const [name, of] of this.#indexes) {
      const before = old && of(old);
      const after = row && of(row);
      if (before !== undefined) yield valueTopic(this.schema.name, name, before);
      if (after !== undefined && after !== before) yield valueTopic(this.schema.name, name, after);
    }
  }

  #stamp(change: Change): R {
    const row = { ...change.value, CreateIndex: change.createIndex, ModifyIndex: change.modifyIndex } as unknown as R;
    return this.schema.stamp ? this.schema.stamp(row, change.value as R) : row;
  }

  #put(key: string, row: R): void {
    this.#rows.set(key, row);
    this.#keys.add(key);
    this.#tombstones.remove(key);
  }

  #delete(key: string, index: number): void {
    this.#rows.delete(key);
    this.#keys.delete(key);
    this.#tombstones.add(key, index);
  }

  #reindex(key: string, old: R | undefined, row: R | undefined, index: number): void {
    for (const [name, of] of this.#indexes) {
      const before = old && of(old);
      const after = row && of(row);
      if (before !== undefined && before !== after) this.#leave(name, before, key, index);
      if (after === undefined || row === undefined) continue;
      const bucket = this.#bucket(name, after);
      bucket.rows.set(key, row);
      bucket.index = Math.max(bucket.index, index);
    }
  }

  #leave(name: string, value: string, key: string, index: number): void {
    const bucket = this.#bucket(name, value);
    bucket.rows.delete(key);
    bucket.index = index;
    if (bucket.rows.size > 0) return;
    this.#buckets.get(name)?.delete(value);
    this.#gone.get(name)?.add(value, index);
  }

  #bucket(name: string, value: string): Bucket<R> {
    const buckets = this.#buckets.get(name) as Map<string, Bucket<R>>;
    const found = buckets.get(value);
    if (found) return found;
    const bucket = { rows: new Map<string, R>(), index: 0 };
    buckets.set(value, bucket);
    this.#gone.get(name)?.remove(value);
    return bucket;
  }
}

export function keyTopic(table: string, key: string): string {
  return `${table}\u0000k\u0000${key}`;
}

export function valueTopic(table: string, index: string, value: string): string {
  return `${table}\u0000i\u0000${index}\u0000${value}`;
}
