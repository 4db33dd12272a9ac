/** What became of a node when it was looked at for an ask. Numbers, so that a column can hold them; beyond these: reasons. */
export const OUT_OF_REACH = 0;
export const FITS = 1;
/** Refused for what the node itself is. */
export const FILTERED = 2;
const REASONS = 3;

export type VerdictKind = 'filtered' | 'exhausted';
type Verdict = { readonly kind: VerdictKind; readonly reason: string; nodes: number };

/** Reasons against nodes, numbered and counted. */
export class Verdicts {
  readonly #list: Verdict[] = [];
  readonly #codes = { filtered: new Map<string, number>(), exhausted: new Map<string, number>() };
  readonly #classes = { filtered: new Map<string, number>(), exhausted: new Map<string, number>() };

  code(kind: VerdictKind, reason: string): number {
    const found = this.#codes[kind].get(reason);
    if (found !== undefined) return found;
    const made = REASONS + this.#list.length;
    this.#list.push({ kind, reason, nodes: 0 });
    this.#codes[kind].set(reason, made);
    return made;
  }

  /** A node of this class joins (`by` 1) or leaves (-1) those with the code. */
  count(code: number, nodeClass: string, by: 1 | -1): void {
    if (code < REASONS) return;
    const verdict = this.#list[code - REASONS] as Verdict;
    verdict.nodes += by;
    if (nodeClass === '') return;
    const classes = this.#classes[verdict.kind];
    classes.set(nodeClass, (classes.get(nodeClass) ?? 0) + by);
  }

  reason(code: number): string {
    return this.#list[code - REASONS]?.reason ?? '';
  }

  /** Nothing that comes later matters to such a node. */
  isFiltered(code: number): boolean {
    if (code < REASONS) return code !== FITS;
    return this.#list[code - REASONS]?.kind === 'filtered';
  }

  total(kind: VerdictKind): number {
    let total = 0;
    for (const verdict of this.#list) if (verdict.kind === kind) total += verdict.nodes;
    return total;
  }

  *reasons(kind: VerdictKind): Generator<[reason: string, nodes: number]> {
    for (const verdict of this.#list) if (verdict.kind === kind) yield [verdict.reason, verdict.nodes];
  }

  /** By node class, of nodes that have one. */
  classes(kind: VerdictKind): Iterable<[nodeClass: string, nodes: number]> {
    return this.#classes[kind];
  }
}
