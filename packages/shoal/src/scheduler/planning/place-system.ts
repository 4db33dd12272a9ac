import type { AllocMetric } from '@shoal/api';
import type { GroupEntry } from '../cluster/entries.ts';
import type { Ranking } from '../place/ranking.ts';
import { creditOf } from '../place/room.ts';
import { FITS } from '../place/verdicts.ts';
import type { GroupChanges, Placement } from '../reconcile/result.ts';
import type { Draft } from './draft.ts';
import { type Placing, settle, type Target } from './place-groups.ts';

/** Places a system job's allocations, each on its node. A node that constraints exclude is not a failure. */
export function placeOnNodes(draft: Draft, changes: readonly GroupChanges[], target: Target, placing: Placing): void {
  for (const { group: name, replacements, places } of changes) {
    const group = target.groups.get(name);
    if (!group || replacements.length + places.length === 0) continue;
    const ranking = placing.rankings.of(target.job, group);
    ranking.refresh();
    for (const placement of [...replacements, ...places])
      placeOn(draft, placement, ranking, { group, target, placing });
  }
}

function placeOn(
  draft: Draft,
  placement: Placement,
  ranking: Ranking,
  context: { group: GroupEntry; target: Target; placing: Placing },
): void {
  const { placing, group } = context;
  const slot = placement.slot ?? -1;
  const started = placing.elapsed();
  const code = ranking.assess(slot, creditOf(placement.previous));
  const metric = (): AllocMetric => ({
    ...metricOf(ranking, slot, code, placing.cluster.nodes.id(slot)),
    AllocationTime: placing.elapsed() - started,
  });
  if (code === FITS) settle(draft, placement, { slot, metric: metric() }, context);
  else if (ranking.verdicts.isFiltered(code)) uncount(draft, group.group.Name, placement);
  else draft.fail(group.group.Name, metric());
}

function uncount(draft: Draft, group: string, { kind }: Placement): void {
  const updates = draft.updates[group];
  if (!updates) return;
  if (kind === 'update') updates.DestructiveUpdate -= 1;
  else updates.Place -= 1;
}

function metricOf(ranking: Ranking, slot: number, code: number, nodeId: string): AllocMetric {
  const fits = code === FITS;
  const scores = { binpack: ranking.fit[slot]! };
  return {
    NodesEvaluated: 1,
    NodesFiltered: 0,
    NodesAvailable: Object.fromEntries(ranking.candidates.available),
    ClassFiltered: null,
    ConstraintFiltered: null,
    NodesExhausted: fits ? 0 : 1,
    ClassExhausted: null,
    DimensionExhausted: fits ? null : { [ranking.verdicts.reason(code)]: 1 },
    QuotaExhausted: null,
    Scores: null,
    ScoreMetaData: fits ? [{ NodeID: nodeId, Scores: scores, NormScore: scores.binpack }] : null,
    AllocationTime: 0,
    CoalescedFailures: 0,
  };
}
