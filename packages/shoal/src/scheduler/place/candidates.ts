import type { Node } from '@shoal/api';
import type { Nodes } from '../cluster/nodes.ts';
import type { Reach } from '../feasible/datacenters.ts';
import type { Feasibility } from '../feasible/feasibility.ts';
import { roomFor, widened } from './columns.ts';
import { FILTERED, FITS, OUT_OF_REACH, Verdicts } from './verdicts.ts';

/** What a group asks of a node itself, whatever is on it. */
export type Criteria = {
  readonly reach: Reach;
  readonly feasibility: Feasibility;
  /** -1 to 1. */
  readonly affinity: ((node: Node) => number) | undefined;
};

/** Which nodes meet some criteria, and how well; looked at again only when a node's row changes. Groups of any size share it. */
export class Candidates {
  readonly criteria: Criteria;
  readonly verdicts = new Verdicts();
  /** Ready nodes by datacenter; datacenters that were named are there with 0. */
  readonly available = new Map<string, number>();
  /** Ready nodes in reach. */
  total = 0;
  /** Grows whenever counts may have changed. */
  edition = 0;
  affinity = new Float64Array(0);
  readonly #nodes: Nodes;
  /** OUT_OF_REACH, FITS, or the code of a reason. */
  #code = new Uint16Array(0);
  readonly #rows: (Node | undefined)[] = [];
  #cursor = -1;

  constructor(criteria: Criteria, nodes: Nodes) {
    this.criteria = criteria;
    this.#nodes = nodes;
    for (const name of criteria.reach.names) this.available.set(name, 0);
  }

  /** Takes in what changed since it was last used. */
  refresh(): void {
    const { rowLog, size } = this.#nodes;
    if (this.#cursor === rowLog.end) return;
    if (size > this.#code.length) this.#widen(size);
    const changed = this.#cursor < 0 ? undefined : rowLog.since(this.#cursor);
    this.#cursor = rowLog.end;
    if (changed) for (const slot of changed) this.#look(slot);
    else for (let slot = 0; slot < size; slot++) this.#look(slot);
    this.edition += 1;
  }

  /** OUT_OF_REACH, FILTERED or FITS. */
  verdict(slot: number): number {
    return Math.min(this.#code[slot]!, FILTERED);
  }

  nodeClass(slot: number): string {
    return this.#rows[slot]?.NodeClass ?? '';
  }

  #look(slot: number): void {
    this.#leave(slot);
    const row = this.#nodes.ready[slot] ? this.#nodes.row(slot) : undefined;
    if (!row || !this.criteria.reach.includes(row)) return;
    this.#rows[slot] = row;
    this.total += 1;
    this.available.set(row.Datacenter, (this.available.get(row.Datacenter) ?? 0) + 1);
    const reason = this.criteria.feasibility.refusal(row);
    const code = reason === '' ? FITS : this.verdicts.code('filtered', reason);
    this.#code[slot] = code;
    this.verdicts.count(code, row.NodeClass, 1);
    this.affinity[slot] = code === FITS && this.criteria.affinity ? this.criteria.affinity(row) : 0;
  }

  #leave(slot: number): void {
    const row = this.#rows[slot];
    if (!row) return;
    this.verdicts.count(this.#code[slot]!, row.NodeClass, -1);
    this.available.set(row.Datacenter, (this.available.get(row.Datacenter) ?? 0) - 1);
    this.total -= 1;
    this.#rows[slot] = undefined;
    this.#code[slot] = OUT_OF_REACH;
  }

  #widen(size: number): void {
    const room = roomFor(size);
    this.#code = widened(new Uint16Array(room), this.#code);
    this.affinity = widened(new Float64Array(room), this.affinity);
  }
}
