import type { Nodes } from '../cluster/nodes.ts';
import { target } from '../feasible/target.ts';

/** A node has no such property. */
export const NO_VALUE = -1;

/** One property of all nodes, as numbers: for spreads and distinct_property. Read again only where a row changed. */
export class Property {
  readonly values: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #read: ReturnType<typeof target>['read'];
  readonly #nodes: Nodes;
  #value = new Int32Array(0);
  #seen = new Uint32Array(0);

  constructor(attribute: string, nodes: Nodes) {
    this.#read = target(attribute).read;
    this.#nodes = nodes;
  }

  /** A number that stands for the value on this node. */
  of(slot: number): number {
    if (slot >= this.#value.length) this.#widen();
    const version = this.#nodes.version[slot]! + 1;
    if (this.#seen[slot] === version) return this.#value[slot]!;
    this.#seen[slot] = version;
    const row = this.#nodes.row(slot);
    const text = row && this.#read(row);
    this.#value[slot] = text === undefined ? NO_VALUE : this.number(text);
    return this.#value[slot]!;
  }

  number(value: string): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    this.values.push(value);
    this.#numbers.set(value, this.values.length - 1);
    return this.values.length - 1;
  }

  #widen(): void {
    this.#value = new Int32Array(this.#nodes.version.length);
    this.#seen = new Uint32Array(this.#nodes.version.length);
  }
}

/** Properties by attribute, made when first asked for. */
export class Properties {
  readonly #nodes: Nodes;
  readonly #byAttribute = new Map<string, Property>();

  constructor(nodes: Nodes) {
    this.#nodes = nodes;
  }

  of(attribute: string): Property {
    const known = this.#byAttribute.get(attribute);
    if (known) return known;
    const made = new Property(attribute, this.#nodes);
    this.#byAttribute.set(attribute, made);
    return made;
  }
}
