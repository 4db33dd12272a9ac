type Variable = { readonly name: string; value: unknown; readonly before: Variable | undefined };

/** The dot, and the variables that are visible: the latest of a name wins. */
export class Scope {
  readonly dot: unknown;
  /** Each knows the one declared before it, so that a nested scope sees all of them and keeps its own to itself. */
  private latest: Variable | undefined;

  private constructor(dot: unknown, latest: Variable | undefined) {
    this.dot = dot;
    this.latest = latest;
  }

  /** The scope of a template's body: `$` is the data it was called with. */
  static of(data: unknown): Scope {
    return new Scope(data, { name: '$', value: data, before: undefined });
  }

  /** A nested scope: sees and assigns the outer variables, and takes its own with it when it ends. */
  nested(dot: unknown = this.dot): Scope {
    return new Scope(dot, this.latest);
  }

  declare(name: string, value: unknown): void {
    this.latest = { name, value, before: this.latest };
  }

  /** False when there is no such variable. */
  assign(name: string, value: unknown): boolean {
    const variable = this.lookup(name);
    if (variable === undefined) return false;
    variable.value = value;
    return true;
  }

  lookup(name: string): Variable | undefined {
    let variable = this.latest;
    while (variable !== undefined && variable.name !== name) variable = variable.before;
    return variable;
  }
}
