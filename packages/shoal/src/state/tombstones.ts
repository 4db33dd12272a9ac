import { SortedKeys } from './sorted-keys.ts';

/** Deletions that are remembered one by one; older ones only count through the floor. */
const LIMIT = 20_000;

/**
 * When keys were deleted, so that the index of a key or a prefix that is gone still grows (Consul keeps tombstones for the same reason).
 * The floor is an index at which nothing is known any more: everything not remembered was deleted at or before it.
 */
export class Tombstones {
  readonly #indexes = new Map<string, number>();
  readonly #keys = new SortedKeys();
  #floor: number;

  constructor(floor: number) {
    this.#floor = floor;
  }

  add(key: string, index: number): void {
    this.#indexes.delete(key);
    this.#indexes.set(key, index);
    this.#keys.add(key);
    if (this.#indexes.size > LIMIT) this.#forgetOldest();
  }

  remove(key: string): void {
    if (this.#indexes.delete(key)) this.#keys.delete(key);
  }

  /** The index at which the key went, or the floor. */
  indexOf(key: string): number {
    return this.#indexes.get(key) ?? this.#floor;
  }

  indexOfPrefix(prefix: string): number {
    let index = this.#floor;
    for (const key of this.#keys.scan(prefix)) index = Math.max(index, this.#indexes.get(key) ?? 0);
    return index;
  }

  #forgetOldest(): void {
    const oldest = this.#indexes.entries().next();
    if (oldest.done) return;
    const [key, index] = oldest.value;
    this.remove(key);
    this.#floor = Math.max(this.#floor, index);
  }
}
