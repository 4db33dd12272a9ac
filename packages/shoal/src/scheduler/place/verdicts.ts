/** What became of a node when it was looked at for an ask. Numbered, so that a column can hold it. */
export const OUT_OF_REACH = 0;
export const FITS = 1;

export type VerdictKind = 'filtered' | 'exhausted';
type Verdict = { readonly kind: VerdictKind; readonly reason: string; nodes: number };

/** The reasons against nodes of one ask, counted. */
export class Verdicts {
  readonly #list: Verdict[] = [];
  readonly #codes = new Map<string, number>();
  readonly #classes = { filtered: new Map<string, number>(), exhausted: new Map<string, number>() };
  fitting = 0;

  code(kind: VerdictKind, reason: string): number {
    const key = `${kind} ${reason}`;
    const found = this.#codes.get(key);
    if (found !== undefined) return found;
    this.#list.push({ kind, reason, nodes: 0 });
    const made = this.#list.length + FITS;
    this.#codes.set(key, made);
    return made;
  }

  /** A node of this class joins (`by` 1) or leaves (-1) those with the code. */
  count(code: number, nodeClass: string, by: 1 | -1): void {
    if (code === OUT_OF_REACH) return;
    if (code === FITS) {
      this.fitting += by;
      return;
    }
    const verdict = this.get(code);
    verdict.nodes += by;
    if (nodeClass === '') return;
    const classes = this.#classes[verdict.kind];
    classes.set(nodeClass, (classes.get(nodeClass) ?? 0) + by);
  }

  get(code: number): Verdict {
    return this.#list[code - FITS - 1] as Verdict;
  }

  /** Nothing that comes later matters to such a node. */
  isFiltered(code: number): boolean {
    return code !== FITS && (code === OUT_OF_REACH || this.get(code).kind === 'filtered');
  }

  total(kind: VerdictKind): number {
    return this.#list.reduce((sum, each) => sum + (each.kind === kind ? each.nodes : 0), 0);
  }

  /** By reason; null when there are none. */
  reasons(kind: VerdictKind): Record<string, number> | null {
    return recordOf(this.#list.filter((each) => each.kind === kind).map((each) => [each.reason, each.nodes]));
  }

  /** By node class, of nodes that have one. */
  classes(kind: VerdictKind): Record<string, number> | null {
    return recordOf([...this.#classes[kind]]);
  }
}

function recordOf(counts: readonly (readonly [string, number])[]): Record<string, number> | null {
  const present = counts.filter(([, nodes]) => nodes > 0);
  return present.length > 0 ? Object.fromEntries(present) : null;
}
