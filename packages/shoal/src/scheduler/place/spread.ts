import type { Job, Spread, TaskGroup } from '@shoal/api';
import { NO_VALUE, type Property } from './properties.ts';

/** Job specification, `spread`: a group's own and its job's. */
export function spreadsOf(job: Job, group: TaskGroup): Spread[] {
  return [...(group.Spreads ?? []), ...(job.Spreads ?? [])];
}

/**
 * How a group's allocations lie over the values of its spreads. A value's boost is the part of its share that is still
 * missing: 1 when it has nothing, 0 when one more fills it, below 0 beyond; weighted. Without targets all values that nodes
 * have are to get the same; what targets leave over goes to each value not named.
 */
export class Spreading {
  readonly #spreads: readonly WeightedSpread[];

  /** `buckets`: by spread, the values of the nodes that there are to choose from. */
  constructor(
    spreads: readonly Spread[],
    count: number,
    properties: readonly Property[],
    buckets: Iterable<readonly number[]>,
  ) {
    const total = spreads.reduce((sum, each) => sum + each.Weight, 0);
    const seen = spreads.map(() => new Set<number>());
    for (const values of buckets)
      for (const [at, value] of values.entries()) if (value !== NO_VALUE) seen[at]?.add(value);
    this.#spreads = spreads.map((spread, at) => ({
      property: properties[at] as Property,
      weight: total > 0 ? spread.Weight / total : 1 / spreads.length,
      count,
      targets: targetsOf(spread, properties[at] as Property),
      evenly: 100 / Math.max(1, seen[at]?.size ?? 0),
      used: new Map(),
    }));
  }

  /** `values`: one for each spread. */
  boost(values: readonly number[]): number {
    let boost = 0;
    for (let at = 0; at < this.#spreads.length; at++) {
      const spread = this.#spreads[at]!;
      boost += spread.weight * boostOf(spread, values[at]!);
    }
    return boost;
  }

  count(slot: number, by: 1 | -1): void {
    for (const { property, used } of this.#spreads) {
      const value = property.of(slot);
      used.set(value, (used.get(value) ?? 0) + by);
    }
  }
}

type WeightedSpread = {
  readonly property: Property;
  readonly weight: number;
  readonly count: number;
  readonly targets: Targets | undefined;
  /** Percent for each value, when there are no targets. */
  readonly evenly: number;
  readonly used: Map<number, number>;
};

/** In percent, by value. */
type Targets = { readonly named: ReadonlyMap<number, number>; readonly rest: number };

function targetsOf({ SpreadTarget: targets }: Spread, property: Property): Targets | undefined {
  if (!targets || targets.length === 0) return undefined;
  const sum = targets.reduce((total, each) => total + each.Percent, 0);
  return {
    named: new Map(targets.map((each) => [property.number(each.Value), each.Percent])),
    rest: Math.max(0, 100 - sum),
  };
}

function boostOf({ targets, count, used, evenly }: WeightedSpread, value: number): number {
  if (value === NO_VALUE) return -1;
  const percent = targets ? (targets.named.get(value) ?? targets.rest) : evenly;
  const wanted = (percent / 100) * count;
  return wanted > 0 ? (wanted - (used.get(value) ?? 0) - 1) / wanted : -1;
}
