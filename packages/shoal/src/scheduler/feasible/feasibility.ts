import type { Node } from '@shoal/api';
import type { Check } from './check.ts';

/**
 * Whether nodes pass a list of checks. What nodes of one computed class share is asked once per class; only checks of
 * what is unique to a node are asked of each.
 */
export class Feasibility {
  readonly #shared: readonly Check[];
  readonly #unique: readonly Check[];
  readonly #byClass = new Map<string, string>();
  #escaped = false;

  constructor(checks: readonly Check[]) {
    this.#shared = checks.filter((check) => !check.unique);
    this.#unique = checks.filter((check) => check.unique);
  }

  /** The reason why a node is out, or ''. */
  refusal(node: Node): string {
    const reason = this.#ofClass(node);
    if (reason !== '') return reason;
    const own = firstFailing(this.#unique, node);
    if (own !== '') this.#escaped = true;
    return own;
  }

  /** A node was refused for what its class does not show: another of the same class, or the same node later, may pass. */
  get escaped(): boolean {
    return this.#escaped;
  }

  /** By computed class, for nodes asked so far. */
  *classes(): Generator<[name: string, eligible: boolean]> {
    for (const [name, reason] of this.#byClass) yield [name, reason === ''];
  }

  #ofClass(node: Node): string {
    if (node.ComputedClass === '') return firstFailing(this.#shared, node);
    const known = this.#byClass.get(node.ComputedClass);
    if (known !== undefined) return known;
    const reason = firstFailing(this.#shared, node);
    this.#byClass.set(node.ComputedClass, reason);
    return reason;
  }
}

function firstFailing(checks: readonly Check[], node: Node): string {
  return checks.find((check) => !check.passes(node))?.reason ?? '';
}
