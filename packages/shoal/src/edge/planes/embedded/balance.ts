/** What choosing among instances looks at, and keeps. */
export type Candidate = {
  readonly weight: number;
  /** Requests that run on it now. */
  readonly active: number;
  /** Kept by `pick` between calls: what it is owed in its turn. */
  credit: number;
};

/**
 * The candidate with the fewest running requests for its weight. Equals take turns in proportion to their weights, evenly mixed (smooth weighted round
 * robin); who is busier than another is owed nothing for that time. Undefined without candidates.
 */
export function pick<C extends Candidate>(candidates: readonly C[]): C | undefined {
  const [first] = candidates;
  if (!first) return undefined;
  let freest = first;
  for (const candidate of candidates) if (compareLoad(candidate, freest) < 0) freest = candidate;
  let chosen = freest;
  let total = 0;
  for (const candidate of candidates) {
    if (compareLoad(candidate, freest) !== 0) continue;
    candidate.credit += candidate.weight;
    total += candidate.weight;
    if (candidate.credit > chosen.credit) chosen = candidate;
  }
  chosen.credit -= total;
  return chosen;
}

function compareLoad(one: Candidate, other: Candidate): number {
  return one.active * other.weight - other.active * one.weight;
}
