import type { Property } from './properties.ts';

/** Nodes apart by their values of some properties: with spreads, what is better is decided between these. Without any, all are one. */
export class Buckets {
  readonly properties: readonly Property[];
  /** By number: the values, one for each property. */
  readonly values: (readonly number[])[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(properties: readonly Property[]) {
    this.properties = properties;
    if (properties.length === 0) this.values.push([]);
  }

  /** The number of a node's. */
  of(slot: number): number {
    if (this.properties.length === 0) return 0;
    const values = this.properties.map((property) => property.of(slot));
    const key = values.join(' ');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.values.push(values);
    this.#numbers.set(key, this.values.length - 1);
    return this.values.length - 1;
  }
}
