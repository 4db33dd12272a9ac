import type { AllocMetric, NodeScoreMeta } from '@shoal/api';
import type { Ranking } from './ranking.ts';

/** What may be shared between the metrics of placements, as long as the ranking's counts stay the same. */
export type Counts = Omit<AllocMetric, 'ScoreMetaData' | 'AllocationTime' | 'CoalescedFailures'>;

export function countsOf({ verdicts, available }: Ranking): Counts {
  const filtered = verdicts.total('filtered');
  const exhausted = verdicts.total('exhausted');
  return {
    NodesEvaluated: verdicts.fitting + filtered + exhausted,
    NodesFiltered: filtered,
    NodesAvailable: Object.fromEntries(available),
    ClassFiltered: verdicts.classes('filtered'),
    ConstraintFiltered: verdicts.reasons('filtered'),
    NodesExhausted: exhausted,
    ClassExhausted: verdicts.classes('exhausted'),
    DimensionExhausted: verdicts.reasons('exhausted'),
    QuotaExhausted: null,
    Scores: null,
  };
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
