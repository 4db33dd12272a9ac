import type { Job, Spread, TaskGroup } from '@shoal/api';
import { NO_VALUE, type Properties, type Property } from './properties.ts';

/**
 * The spreads of a group, and how its allocations lie over their values (job specification, `spread`). A value's boost is
 * the part of its share that is still missing: 1 when it has nothing, 0 when one more fills it, below 0 beyond; weighted.
 * Without targets all values that nodes have are to get the same; what targets leave over goes to each value not named.
 */
export class Spreads {
  readonly #spreads: readonly WeightedSpread[];

  constructor(job: Job, group: TaskGroup, properties: Properties) {
    const all = [...(group.Spreads ?? []), ...(job.Spreads ?? [])];
    const total = all.reduce((sum, each) => sum + each.Weight, 0);
    this.#spreads = all.map((spread) => ({
      property: properties.of(spread.Attribute),
      weight: total > 0 ? spread.Weight / total : 1 / all.length,
      count: group.Count,
      targets: targetsOf(spread, properties.of(spread.Attribute)),
      used: new Map(),
      seen: new Set(),
    }));
  }

  get any(): boolean {
    return this.#spreads.length > 0;
  }

  /** Nodes with the same text get the same boost. The values of nodes asked for are those to spread over. */
  bucket(slot: number): string {
    let name = '';
    for (const { property, seen } of this.#spreads) {
      const value = property.of(slot);
      if (value !== NO_VALUE) seen.add(value);
      name += `${value} `;
    }
    return name;
  }

  boost(slot: number): number {
    let boost = 0;
    for (const each of this.#spreads) boost += each.weight * boostOf(each, each.property.of(slot));
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
  readonly used: Map<number, number>;
  readonly seen: Set<number>;
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

function boostOf({ targets, count, used, seen }: WeightedSpread, value: number): number {
  if (value === NO_VALUE) return -1;
  const percent = targets ? (targets.named.get(value) ?? targets.rest) : 100 / Math.max(1, seen.size);
  const wanted = (percent / 100) * count;
  return wanted > 0 ? (wanted - (used.get(value) ?? 0) - 1) / wanted : -1;
}
