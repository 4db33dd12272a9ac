type Slot = { readonly name: string; value: unknown };

/** The dot, and the variables that are visible: the latest of a name wins. */
export class Scope {
  readonly dot: unknown;
  private readonly outer: Scope | undefined;
  private slots: Slot[] | undefined;

  private constructor(dot: unknown, outer: Scope | undefined, slots?: Slot[]) {
    this.dot = dot;
    this.outer = outer;
    this.slots = slots;
  }

  /** The scope of a template's body: `$` is the data it was called with. */
  static of(data: unknown): Scope {
    return new Scope(data, undefined, [{ name: '$', value: data }]);
  }

  /** A nested scope: sees and assigns the outer variables, and takes its own with it when it ends. */
  nested(dot: unknown = this.dot): Scope {
    return new Scope(dot, this);
  }

  declare(name: string, value: unknown): void {
    this.slots ??= [];
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
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.outer) {
      const found = scope.slots?.findLast((slot) => slot.name === name);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
