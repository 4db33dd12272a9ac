import type { AllocMetric } from '@shoal/api';
import { type Packed, pack, unpack } from './packed.ts';
import type { NewAlloc, Plan } from './plan.ts';

/** A plan on its way between threads: most of it are allocations that differ by a few fields. */
export type PlanMessage = Omit<Plan, 'newAllocs'> & {
  readonly allocs: Packed<NewAlloc>;
  /** One for each allocation. */
  readonly metrics: Packed<AllocMetric>;
};

export function toMessage({ newAllocs, ...plan }: Plan): PlanMessage {
  return {
    ...plan,
    allocs: pack(newAllocs.map((row) => ({ ...row, Metrics: null }))),
    metrics: pack(newAllocs.map(({ Metrics }) => Metrics as AllocMetric)),
  };
}

type Mutable<Row> = { -readonly [Field in keyof Row]: Row[Field] };

/** `known` gives a text that is there already for an equal one: ids of nodes are in every allocation, and each message brings its own. */
export function fromMessage({ allocs, metrics, ...plan }: PlanMessage, known: (id: string) => string): Plan {
  const reasons = unpack(metrics);
  // All of these objects came with the message: nobody else has them.
  const newAllocs = unpack(allocs) as Mutable<NewAlloc>[];
  for (const [at, row] of newAllocs.entries()) {
    const metric = reasons[at] as AllocMetric;
    for (const each of (metric.ScoreMetaData ?? []) as Mutable<{ NodeID: string }>[]) each.NodeID = known(each.NodeID);
    row.NodeID = known(row.NodeID);
    row.Metrics = metric;
  }
  return { ...plan, newAllocs };
}
