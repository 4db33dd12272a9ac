import type { Ranking } from './ranking.ts';
import { type HeapColumns, SlotHeap } from './slot-heap.ts';
import type { Spreads } from './spread.ts';
import { FITS } from './verdicts.ts';

/** What a node scores for one placement: the sum of its scorers, and how many there are. */
export type Assessment = { readonly code: number; readonly sum: number; readonly scorers: number };

/** Keeps nodes in order while a group is placed. */
export type Chooser = {
  /** -1: none fits. */
  best(): number;
  top(count: number): readonly number[];
  /** The node is now to be seen so. */
  revise(slot: number, assessment: Assessment): void;
};

/** Without spreads a node's score depends on itself alone: the ranking's own order serves. */
export function rankedChooser(ranking: Ranking): Chooser {
  return {
    best: () => ranking.heap.best(),
    top: (count) => ranking.heap.top(count),
    revise: (slot, { code, sum, scorers }) => ranking.revise(slot, code, sum / scorers),
  };
}

type Bucket = { readonly any: number; readonly heaps: Map<number, SlotHeap> };

/**
 * With spreads, each placement changes the score of all nodes that share a value. Nodes with the same values are kept
 * together, apart by their number of scorers (within such a heap the order is that of the sums, whatever the boost), and
 * only the heaps' best are compared.
 */
export function spreadChooser(ranking: Ranking, spreads: Spreads): Chooser {
  const size = ranking.code.length;
  const columns: HeapColumns = {
    score: new Float64Array(size),
    order: ranking.order,
    place: new Int32Array(size).fill(-1),
  };
  const heapOf: (SlotHeap | undefined)[] = [];
  const buckets = new Map<string, Bucket>();

  const heapFor = (slot: number, scorers: number): SlotHeap => {
    const name = spreads.bucket(slot);
    const bucket = buckets.get(name) ?? { any: slot, heaps: new Map<number, SlotHeap>() };
    buckets.set(name, bucket);
    const heap = bucket.heaps.get(scorers) ?? new SlotHeap(columns);
    bucket.heaps.set(scorers, heap);
    return heap;
  };
  const fill = () => {
    for (let slot = 0; slot < size; slot++) {
      if (ranking.code[slot] !== FITS) continue;
      const scorers = ranking.affinity[slot] === 0 ? 1 : 2;
      columns.score[slot] = ranking.baseScore(slot) * scorers;
      const heap = heapFor(slot, scorers);
      heapOf[slot] = heap;
      heap.append(slot);
    }
    for (const bucket of buckets.values()) for (const heap of bucket.heaps.values()) heap.heapify();
  };
  /** Each heap's best with its final score. */
  const candidates = function* (depth: number): Generator<[slot: number, score: number]> {
    for (const { any, heaps } of buckets.values()) {
      const boost = spreads.boost(any);
      for (const [scorers, heap] of heaps)
        for (const slot of depth === 1 ? one(heap.best()) : heap.top(depth))
          yield [slot, (columns.score[slot]! + boost) / (scorers + (boost === 0 ? 0 : 1))];
    }
  };
  fill();
  return {
    best() {
      let [found, highest] = [-1, Number.NEGATIVE_INFINITY];
      for (const [slot, score] of candidates(1)) {
        if (score < highest || (score === highest && !before(columns.order, slot, found))) continue;
        [found, highest] = [slot, score];
      }
      return found;
    },
    top(count) {
      const all = [...candidates(count)].sort(([a, x], [b, y]) => y - x || (before(columns.order, a, b) ? -1 : 1));
      return all.slice(0, count).map(([slot]) => slot);
    },
    revise(slot, { code, sum, scorers }) {
      ranking.revise(slot, code, sum / scorers);
      heapOf[slot]?.remove(slot);
      heapOf[slot] = undefined;
      if (code !== FITS) return;
      columns.score[slot] = sum;
      const heap = heapFor(slot, scorers);
      heapOf[slot] = heap;
      heap.add(slot);
    },
  };
}

function one(slot: number): number[] {
  return slot < 0 ? [] : [slot];
}

function before(order: Uint32Array, a: number, b: number): boolean {
  return order[a]! !== order[b]! ? order[a]! < order[b]! : a < b;
}
