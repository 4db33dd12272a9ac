const KEPT = 1 << 17;

/** Which nodes changed, in order, so that whoever keeps something per node need only look at those. */
export class ChangeLog {
  #slots: number[] = [];
  #start = 0;

  get end(): number {
    return this.#start + this.#slots.length;
  }

  add(slot: number): void {
    this.#slots.push(slot);
    if (this.#slots.length <= KEPT) return;
    const dropped = KEPT / 2;
    this.#slots = this.#slots.slice(dropped);
    this.#start += dropped;
  }

  /** Slots since `from`, with repetitions; undefined when that is too long ago. */
  since(from: number): readonly number[] | undefined {
    return from < this.#start ? undefined : this.#slots.slice(from - this.#start);
  }
}
