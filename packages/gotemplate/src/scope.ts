type Slot = { readonly name: string; value: unknown };

/** The dot, and the variables that are visible: the latest of a name wins. */
export class Scope {
  readonly dot: unknown;
  private readonly slots: Slot[];

  private constructor(dot: unknown, slots: Slot[]) {
    this.dot = dot;
    this.slots = slots;
  }

  /** The scope of a template's body: `$` is the data it was called with. */
  static of(data: unknown): Scope {
    return new Scope(data, [{ name: '$', value: data }]);
  }

  /** A nested scope: sees and assigns the outer variables, and takes its own with it when it ends. */
  nested(dot: unknown = this.dot): Scope {
    return new Scope(dot, [...this.slots]);
  }

  declare(name: string, value: unknown): void {
    this.slots.push({ name, value });
  }

  /** False when there is no such variable. */
  assign(name: string, value: unknown): boolean {
    const slot = this.lookup(name);
    if (slot === undefined) return false;
    slot.value = value;
    return true;
  }

  lookup(name: string): Slot | undefined {
    return this.slots.findLast((slot) => slot.name === name);
  }
}
