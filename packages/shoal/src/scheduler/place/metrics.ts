import type { AllocMetric, NodeScoreMeta } from '@shoal/api';
import type { Ranking } from './ranking.ts';
import type { VerdictKind } from './verdicts.ts';

/** What the metrics of placements share, of whatever job, as long as the ranking's counts stay the same. */
export type Counts = Omit<AllocMetric, 'ScoreMetaData' | 'AllocationTime' | 'CoalescedFailures'>;

const kept = new WeakMap<Ranking, { readonly edition: number; readonly counts: Counts }>();

export function countsOf(ranking: Ranking): Counts {
  const edition = ranking.edition + ranking.candidates.edition;
  const known = kept.get(ranking);
  if (known?.edition === edition) return known.counts;
  const counts = countAll(ranking);
  kept.set(ranking, { edition, counts });
  return counts;
}

function countAll({ candidates, verdicts }: Ranking): Counts {
  const reasons = (kind: VerdictKind) => summed([...candidates.verdicts.reasons(kind), ...verdicts.reasons(kind)]);
  const classes = (kind: VerdictKind) => summed([...candidates.verdicts.classes(kind), ...verdicts.classes(kind)]);
  return {
    NodesEvaluated: candidates.total,
    NodesFiltered: candidates.verdicts.total('filtered') + verdicts.total('filtered'),
    NodesAvailable: Object.fromEntries(candidates.available),
    ClassFiltered: classes('filtered'),
    ConstraintFiltered: reasons('filtered'),
    NodesExhausted: verdicts.total('exhausted'),
    ClassExhausted: classes('exhausted'),
    DimensionExhausted: reasons('exhausted'),
    QuotaExhausted: null,
    Scores: null,
  };
}

/** By name, without what has none; null when there are none at all. */
function summed(counts: readonly (readonly [string, number])[]): Record<string, number> | null {
  const sums: Record<string, number> = {};
  let any = false;
  for (const [name, nodes] of counts) {
    if (nodes === 0) continue;
    sums[name] = (sums[name] ?? 0) + nodes;
    any = true;
  }
  return any ? sums : null;
}

export function metricOf(counts: Counts, scores: NodeScoreMeta[] | null, elapsed: number): AllocMetric {
  return {
    NodesEvaluated: counts.NodesEvaluated,
    NodesFiltered: counts.NodesFiltered,
    NodesAvailable: counts.NodesAvailable,
    ClassFiltered: counts.ClassFiltered,
    ConstraintFiltered: counts.ConstraintFiltered,
    NodesExhausted: counts.NodesExhausted,
    ClassExhausted: counts.ClassExhausted,
    DimensionExhausted: counts.DimensionExhausted,
    QuotaExhausted: counts.QuotaExhausted,
    Scores: null,
    ScoreMetaData: scores,
    AllocationTime: elapsed,
    CoalescedFailures: 0,
  };
}
