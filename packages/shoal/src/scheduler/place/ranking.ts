import type { Nodes } from '../cluster/nodes.ts';
import type { SchedulerAlgorithm } from '../plan.ts';
import type { Ask } from './ask.ts';
import { Buckets } from './buckets.ts';
import type { Candidates } from './candidates.ts';
import { roomFor } from './columns.ts';
import { binpackScore, spreadScore } from './fit.ts';
import type { Properties } from './properties.ts';
import { type Credit, Room } from './room.ts';
import { SlotHeap } from './slot-heap.ts';
import type { Spreading } from './spread.ts';
import { FITS, Verdicts } from './verdicts.ts';

/** A node's final score is the mean of its scorers: one to four, and a spread's boost. */
const MOST_SCORERS = 4;

type Shelf = { readonly bucket: number; readonly scorers: number; readonly heap: SlotHeap };

/**
 * All nodes in the order in which an ask would have them, kept between evaluations: only nodes that changed are looked at
 * again. An evaluation borrows it: it may `revise` nodes by what only matters to its job, and must `restore` them.
 *
 * Nodes are kept in heaps, apart by spread value and by number of scorers: within one, the order of the sums is the order
 * of the final scores, whatever a spread adds; so only the heaps' best are ever compared.
 */
export class Ranking {
  readonly candidates: Candidates;
  /** Reasons that are not the node's own: no room, or a rule of the job. */
  readonly verdicts = new Verdicts();
  readonly buckets: Buckets;
  /** Grows whenever counts may have changed. */
  edition = 0;
  /** Per slot: the first scorer. */
  fit = new Float64Array(0);
  readonly #nodes: Nodes;
  readonly #room: Room;
  readonly #fitScore: (freeCpu: number, freeMemory: number) => number;
  #code = new Uint16Array(0);
  readonly #class: string[] = [];
  /** What it is ordered by, and in which heap it is. */
  #sum = new Float64Array(0);
  #place = new Int32Array(0);
  #shelf: (Shelf | undefined)[] = [];
  #shelves: Shelf[] = [];
  #shelfAt: (Shelf | undefined)[] = [];
  #cursor = -1;

  constructor(
    ask: Ask,
    {
      candidates,
      nodes,
      properties,
      algorithm,
    }: { candidates: Candidates; nodes: Nodes; properties: Properties; algorithm: SchedulerAlgorithm },
  ) {
    this.candidates = candidates;
    this.buckets = new Buckets(ask.spreadOver.map((attribute) => properties.of(attribute)));
    this.#nodes = nodes;
    this.#room = new Room(ask, nodes, this.verdicts);
    this.#fitScore = algorithm === 'spread' ? spreadScore : binpackScore;
  }

  /** Takes in what changed since it was last used. */
  refresh(): void {
    this.candidates.refresh();
    const { log, size } = this.#nodes;
    const changed = this.#cursor < 0 ? undefined : log.since(this.#cursor);
    this.#cursor = log.end;
    if (size > this.#code.length || !changed || changed.length > size) this.#rebuild(size);
    else for (const slot of changed) this.restore(slot);
  }

  code(slot: number): number {
    return this.#code[slot]!;
  }

  /** Candidates with no reason against them. */
  get fitting(): number {
    let fitting = 0;
    for (const { heap } of this.#shelves) fitting += heap.size;
    return fitting;
  }

  /** The best node, or -1. */
  best(spreading: Spreading | undefined): number {
    let found = -1;
    let highest = Number.NEGATIVE_INFINITY;
    for (const { heap, bucket, scorers } of this.#shelves) {
      const slot = heap.best();
      if (slot < 0) continue;
      const score = this.#final(slot, scorers, spreading ? this.#boost(bucket, spreading) : 0);
      if (score < highest || (score === highest && !this.#before(slot, found))) continue;
      found = slot;
      highest = score;
    }
    return found;
  }

  /** The best few, in order. */
  top(count: number, spreading: Spreading | undefined): number[] {
    const found: { slot: number; score: number }[] = [];
    for (const { heap, bucket, scorers } of this.#shelves) {
      const boost = spreading ? this.#boost(bucket, spreading) : 0;
      for (const slot of heap.top(count)) found.push({ slot, score: this.#final(slot, scorers, boost) });
    }
    found.sort((a, b) => b.score - a.score || (this.#before(a.slot, b.slot) ? -1 : 1));
    return found.slice(0, count).map(({ slot }) => slot);
  }

  /** The values between which allocations can be spread: those of nodes that fit. */
  *spreadValues(): Generator<readonly number[]> {
    for (const { heap, bucket } of this.#shelves) if (heap.size > 0) yield this.buckets.values[bucket]!;
  }

  /** As it is for any job. */
  restore(slot: number): void {
    const code = this.assess(slot, undefined);
    const affinity = this.candidates.affinity[slot]!;
    this.revise(slot, code, this.fit[slot]! + affinity, affinity === 0 ? 1 : 2);
  }

  /** Sets a node's code and, if it fits, the sum of its scorers. */
  revise(slot: number, code: number, sum: number, scorers: number): void {
    this.#recode(slot, code);
    const shelf = this.#shelf[slot];
    const next = code === FITS ? this.#shelfFor(slot, scorers) : undefined;
    if (shelf && shelf !== next) shelf.heap.remove(slot);
    this.#shelf[slot] = next;
    if (!next || (shelf === next && this.#sum[slot] === sum)) return;
    this.#sum[slot] = sum;
    if (shelf === next) next.heap.moved(slot);
    else next.heap.add(slot);
  }

  /** Looks at a node. If it fits, `fit` says how well. Nothing else is changed: that is for `revise`. */
  assess(slot: number, credit: Credit | undefined): number {
    const verdict = this.candidates.verdict(slot);
    const code = verdict === FITS ? this.#room.on(slot, credit) : verdict;
    if (code === FITS) this.fit[slot] = this.#fitScore(this.#room.freeCpu, this.#room.freeMemory);
    return code;
  }

  #final(slot: number, scorers: number, boost: number): number {
    return boost === 0 ? this.#sum[slot]! / scorers : (this.#sum[slot]! + boost) / (scorers + 1);
  }

  #boost(bucket: number, spreading: Spreading): number {
    return spreading.boost(this.buckets.values[bucket]!);
  }

  #before(a: number, b: number): boolean {
    const { order } = this.#nodes;
    return order[a]! !== order[b]! ? order[a]! < order[b]! : a < b;
  }

  #recode(slot: number, code: number): void {
    const before = this.#code[slot]!;
    if (before === code) return;
    // A node may have another class by now than the one it was counted under.
    this.verdicts.count(before, this.#class[slot] ?? '', -1);
    this.#class[slot] = this.candidates.nodeClass(slot);
    this.verdicts.count(code, this.#class[slot], 1);
    this.#code[slot] = code;
    this.edition += 1;
  }

  #shelfFor(slot: number, scorers: number): Shelf {
    const bucket = this.buckets.of(slot);
    const at = bucket * MOST_SCORERS + scorers - 1;
    const found = this.#shelfAt[at];
    if (found) return found;
    const heap = new SlotHeap({ score: this.#sum, order: this.#nodes.order, place: this.#place });
    const made = { bucket, scorers, heap };
    this.#shelfAt[at] = made;
    this.#shelves.push(made);
    return made;
  }

  #rebuild(size: number): void {
    if (size > this.#code.length) this.#widen(size);
    for (const { heap } of this.#shelves) heap.clear();
    for (let slot = 0; slot < size; slot++) {
      const code = this.assess(slot, undefined);
      this.#recode(slot, code);
      this.#shelf[slot] = undefined;
      if (code !== FITS) continue;
      const affinity = this.candidates.affinity[slot]!;
      const shelf = this.#shelfFor(slot, affinity === 0 ? 1 : 2);
      this.#sum[slot] = this.fit[slot]! + affinity;
      this.#shelf[slot] = shelf;
      shelf.heap.append(slot);
    }
    for (const { heap } of this.#shelves) heap.heapify();
  }

  #widen(size: number): void {
    const room = roomFor(size);
    const codes = new Uint16Array(room);
    codes.set(this.#code);
    this.#code = codes;
    this.fit = new Float64Array(room);
    this.#sum = new Float64Array(room);
    this.#place = new Int32Array(room).fill(-1);
    this.#shelves = [];
    this.#shelfAt = [];
  }
}
