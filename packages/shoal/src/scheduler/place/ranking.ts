import type { AllocatedPort, Node } from '@shoal/api';
import type { AllocEntry } from '../cluster/entries.ts';
import type { NodePorts } from '../cluster/node-ports.ts';
import type { Nodes, Use } from '../cluster/nodes.ts';
import type { SchedulerAlgorithm } from '../plan.ts';
import type { Ask } from './ask.ts';
import { binpackScore, spreadScore } from './fit.ts';
import { SlotHeap } from './slot-heap.ts';
import { FITS, OUT_OF_REACH, Verdicts } from './verdicts.ts';

/** What an allocation that is replaced gives back on its node, to its successor only. */
export type Credit = { readonly shape: Use; readonly ports: readonly AllocatedPort[] };

export function creditOf(replaced: AllocEntry | undefined): Credit | undefined {
  return replaced?.counted && replaced.shape ? { shape: replaced.shape, ports: replaced.ports } : undefined;
}

const NOT_SEEN = 0xffffffff;

/**
 * All nodes in the order in which an ask would have them, kept between evaluations: only nodes that changed are looked at
 * again. An evaluation borrows it: it may `revise` nodes by what only matters to its job, and must `restore` them.
 */
export class Ranking {
  readonly ask: Ask;
  readonly verdicts = new Verdicts();
  /** Ready nodes by datacenter; datacenters that were named are there with 0. */
  readonly available = new Map<string, number>();
  heap: SlotHeap;
  /** Per slot: what it is ordered by, OUT_OF_REACH, FITS or a reason, and the two parts that do not depend on a job. */
  score: Float64Array = new Float64Array(0);
  code: Uint16Array = new Uint16Array(0);
  fit: Float64Array = new Float64Array(0);
  affinity: Float64Array = new Float64Array(0);
  /** Grows whenever counts may have changed. */
  edition = 0;
  readonly #nodes: Nodes;
  readonly #fitScore: (freeCpu: number, freeMemory: number) => number;
  #place: Int32Array = new Int32Array(0);
  /** The version of the row for which `#feasible` holds: FITS, OUT_OF_REACH or the code of a filter. */
  #seen: Uint32Array = new Uint32Array(0);
  #feasible: Uint16Array = new Uint16Array(0);
  #rows: (Node | undefined)[] = [];
  #cursor = -1;

  constructor(ask: Ask, nodes: Nodes, algorithm: SchedulerAlgorithm) {
    this.ask = ask;
    this.#nodes = nodes;
    this.#fitScore = algorithm === 'spread' ? spreadScore : binpackScore;
    this.heap = new SlotHeap({ score: this.score, order: nodes.order, place: this.#place });
    for (const name of ask.reach.names) this.available.set(name, 0);
  }

  /** Breaks ties: lowest first. */
  get order(): Uint32Array {
    return this.#nodes.order;
  }

  /** Takes in what changed since it was last used. */
  refresh(): void {
    const { log, size } = this.#nodes;
    const changed = this.#cursor < 0 ? undefined : log.since(this.#cursor);
    this.#cursor = log.end;
    if (size > this.score.length || !changed || changed.length > size) this.#rebuild();
    else for (const slot of changed) this.restore(slot);
  }

  /** As it is for any job. */
  restore(slot: number): void {
    const code = this.assess(slot, undefined);
    this.revise(slot, code, this.baseScore(slot));
  }

  baseScore(slot: number): number {
    const affinity = this.affinity[slot]!;
    return affinity === 0 ? this.fit[slot]! : (this.fit[slot]! + affinity) / 2;
  }

  /** Sets a node's code and, if it fits, its score. */
  revise(slot: number, code: number, score: number): void {
    const inHeap = this.#place[slot]! >= 0;
    this.#recode(slot, code);
    if (code !== FITS) {
      if (inHeap) this.heap.remove(slot);
      return;
    }
    if (inHeap && this.score[slot] === score) return;
    this.score[slot] = score;
    if (inHeap) this.heap.moved(slot);
    else this.heap.add(slot);
  }

  /** Looks at a node: what it says goes to `fit` and `affinity`; the code is returned, and counted only by `revise`. */
  assess(slot: number, credit: Credit | undefined): number {
    const feasible = this.#feasibility(slot);
    return feasible === FITS ? this.#capacity(slot, credit) : feasible;
  }

  #recode(slot: number, code: number): void {
    const before = this.code[slot]!;
    if (before === code) return;
    const nodeClass = this.#rows[slot]?.NodeClass ?? '';
    this.verdicts.count(before, nodeClass, -1);
    this.verdicts.count(code, nodeClass, 1);
    this.code[slot] = code;
    this.edition += 1;
  }

  /** OUT_OF_REACH, FITS, or why the node is filtered: as long as its row is the same. */
  #feasibility(slot: number): number {
    const version = this.#nodes.version[slot]!;
    if (this.#seen[slot] === version) return this.#feasible[slot]!;
    this.#seen[slot] = version;
    const row = this.#nodes.ready[slot] ? this.#nodes.row(slot) : undefined;
    const reached = row && this.ask.reach.includes(row) ? row : undefined;
    this.#enter(slot, reached);
    const reason = reached ? this.ask.feasibility.refusal(reached) : '';
    const code = !reached ? OUT_OF_REACH : reason === '' ? FITS : this.verdicts.code('filtered', reason);
    this.#feasible[slot] = code;
    this.affinity[slot] = code === FITS && this.ask.affinity && reached ? this.ask.affinity(reached) : 0;
    return code;
  }

  /** Counts a node in under its class and datacenter, or out. */
  #enter(slot: number, row: Node | undefined): void {
    const before = this.#rows[slot];
    if (before) this.#recode(slot, OUT_OF_REACH);
    if (before) this.available.set(before.Datacenter, this.available.get(before.Datacenter)! - 1);
    this.#rows[slot] = row;
    if (row) this.available.set(row.Datacenter, (this.available.get(row.Datacenter) ?? 0) + 1);
    this.edition += 1;
  }

  #capacity(slot: number, credit: Credit | undefined): number {
    const shortOfPorts = this.#portsRefusal(slot, credit);
    if (shortOfPorts !== '') return this.verdicts.code('exhausted', shortOfPorts);
    const nodes = this.#nodes;
    const { shape } = this.ask;
    const cpu = nodes.usedCpu[slot]! + shape.cpu - (credit?.shape.cpu ?? 0);
    const memory = nodes.usedMemory[slot]! + shape.memory - (credit?.shape.memory ?? 0);
    const disk = nodes.usedDisk[slot]! + shape.disk - (credit?.shape.disk ?? 0);
    if (cpu > nodes.cpu[slot]!) return this.verdicts.code('exhausted', 'cpu');
    if (memory > nodes.memory[slot]!) return this.verdicts.code('exhausted', 'memory');
    if (disk > nodes.disk[slot]!) return this.verdicts.code('exhausted', 'disk');
    this.fit[slot] = this.#fitScore(share(cpu, nodes.cpu[slot]!), share(memory, nodes.memory[slot]!));
    return FITS;
  }

  #portsRefusal(slot: number, credit: Credit | undefined): string {
    const { staticPorts, dynamicPorts } = this.ask;
    if (staticPorts.length === 0 && dynamicPorts.size === 0) return '';
    const ports = this.#nodes.ports(slot);
    for (const { label, port, network } of staticPorts) {
      const address = ports.addressOf(network) ?? '';
      const given = credit?.ports.some((each) => each.Value === port && each.HostIP === address);
      if (!given && ports.has(address, port)) return `network: reserved port collision ${label}=${port}`;
    }
    return this.#enoughDynamic(ports) ? '' : 'network: dynamic port selection failed';
  }

  /** Static ports that lie in the dynamic range, and host networks that share an address, are reckoned with generously. */
  #enoughDynamic(ports: NodePorts): boolean {
    const { staticPorts, dynamicPorts } = this.ask;
    if (dynamicPorts.size === 0) return true;
    let wanted = 0;
    for (const count of dynamicPorts.values()) wanted += count;
    for (const { port } of staticPorts) wanted += Number(port >= ports.min && port <= ports.max);
    for (const network of dynamicPorts.keys())
      if (ports.freeDynamic(ports.addressOf(network) ?? '') < wanted) return false;
    return true;
  }

  #rebuild(): void {
    const { size } = this.#nodes;
    if (size > this.score.length) this.#widen(size);
    this.heap.clear();
    for (let slot = 0; slot < size; slot++) {
      const code = this.assess(slot, undefined);
      this.#recode(slot, code);
      if (code !== FITS) continue;
      this.score[slot] = this.baseScore(slot);
      this.heap.append(slot);
    }
    this.heap.heapify();
  }

  #widen(size: number): void {
    const wide = Math.max(64, 2 ** Math.ceil(Math.log2(size)));
    this.score = new Float64Array(wide);
    this.fit = new Float64Array(wide);
    this.#place = new Int32Array(wide).fill(-1);
    this.heap = new SlotHeap({ score: this.score, order: this.#nodes.order, place: this.#place });
    this.affinity = widened(new Float64Array(wide), this.affinity);
    this.code = widened(new Uint16Array(wide), this.code);
    this.#feasible = widened(new Uint16Array(wide), this.#feasible);
    this.#seen = widened(new Uint32Array(wide).fill(NOT_SEEN), this.#seen);
  }
}

function widened<Column extends { set(from: ArrayLike<number>): void }>(into: Column, from: ArrayLike<number>): Column {
  into.set(from);
  return into;
}

function share(used: number, all: number): number {
  return all > 0 ? 1 - used / all : 0;
}
