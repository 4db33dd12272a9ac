/** Per slot: what it is ordered by, and where it is. Heaps that share columns must not share slots. */
export type HeapColumns = {
  /** Highest first. */
  readonly score: Float64Array;
  /** Among equal scores: lowest first. */
  readonly order: Uint32Array;
  /** Place in its heap; -1 while in none. */
  readonly place: Int32Array;
};

/** A binary heap of nodes' slots, best first, in which any slot can be moved or taken out. Flat, for it is the innermost loop. */
export class SlotHeap {
  readonly #columns: HeapColumns;
  readonly #slots: number[] = [];

  constructor(columns: HeapColumns) {
    this.#columns = columns;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** -1 when empty. */
  best(): number {
    return this.#slots.length === 0 ? -1 : this.#slots[0]!;
  }

  /** The best `count`, in order. */
  top(count: number): number[] {
    const slots = this.#slots;
    const found: number[] = [];
    const open = slots.length > 0 ? [0] : [];
    while (open.length > 0 && found.length < count) {
      let next = 0;
      for (let at = 1; at < open.length; at++) if (this.#before(slots[open[at]!]!, slots[open[next]!]!)) next = at;
      const place = open[next]!;
      open[next] = open[open.length - 1]!;
      open.pop();
      found.push(slots[place]!);
      if (2 * place + 1 < slots.length) open.push(2 * place + 1);
      if (2 * place + 2 < slots.length) open.push(2 * place + 2);
    }
    return found;
  }

  add(slot: number): void {
    this.#slots.push(slot);
    this.#columns.place[slot] = this.#slots.length - 1;
    this.#up(this.#slots.length - 1);
  }

  /** After its score changed. */
  moved(slot: number): void {
    const place = this.#columns.place[slot]!;
    this.#up(place);
    this.#down(this.#columns.place[slot]!);
  }

  remove(slot: number): void {
    const place = this.#columns.place[slot]!;
    const last = this.#slots.pop()!;
    this.#columns.place[slot] = -1;
    if (last === slot) return;
    this.#put(place, last);
    this.moved(last);
  }

  /** Many at once, in any order: `add` them by `append`, then call this. */
  append(slot: number): void {
    this.#columns.place[slot] = this.#slots.length;
    this.#slots.push(slot);
  }

  heapify(): void {
    for (let place = (this.#slots.length >> 1) - 1; place >= 0; place--) this.#down(place);
  }

  clear(): void {
    for (const slot of this.#slots) this.#columns.place[slot] = -1;
    this.#slots.length = 0;
  }

  #before(a: number, b: number): boolean {
    const { score, order } = this.#columns;
    const difference = score[a]! - score[b]!;
    if (difference !== 0) return difference > 0;
    return order[a]! !== order[b]! ? order[a]! < order[b]! : a < b;
  }

  #put(place: number, slot: number): void {
    this.#slots[place] = slot;
    this.#columns.place[slot] = place;
  }

  #up(from: number): void {
    const slot = this.#slots[from]!;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#slots[parent]!;
      if (!this.#before(slot, above)) break;
      this.#put(place, above);
      place = parent;
    }
    this.#put(place, slot);
  }

  #down(from: number): void {
    const slots = this.#slots;
    const slot = slots[from]!;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= slots.length) break;
      if (child + 1 < slots.length && this.#before(slots[child + 1]!, slots[child]!)) child += 1;
      if (!this.#before(slots[child]!, slot)) break;
      this.#put(place, slots[child]!);
      place = child;
    }
    this.#put(place, slot);
  }
}
