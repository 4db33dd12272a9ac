import type { AllocMetric } from '@shoal/api';

/** Why allocations of groups could not be placed: a heading for each group, with `count` also of how many, and its reasons. */
export function placementFailures(
  failed: Readonly<Record<string, AllocMetric>>,
  { count = true }: { count?: boolean } = {},
): string[] {
  return Object.entries(failed).flatMap(([group, metric]) => {
    const missing = metric.CoalescedFailures + 1;
    const number = count ? ` (failed to place ${missing} allocation${missing === 1 ? '' : 's'})` : '';
    return [`Task Group "${group}"${number}:`, ...reasons(metric).map((line) => `  * ${line}`)];
  });
}

/** One reason a line. Counts are of nodes. */
export function reasons(metric: AllocMetric): string[] {
  const each = (counts: Record<string, number> | null, say: (name: string, nodes: string) => string) =>
    Object.entries(counts ?? {}).map(([name, number]) => say(name, nodes(number)));
  const lines = [
    ...(metric.NodesEvaluated === 0 ? ['No nodes were eligible for evaluation'] : []),
    ...Object.entries(metric.NodesAvailable ?? {})
      .filter(([, number]) => number === 0)
      .map(([name]) => `No nodes are available in datacenter "${name}"`),
    ...each(metric.ClassFiltered, (name, number) => `Class "${name}": ${number} excluded by filter`),
    ...each(metric.ConstraintFiltered, (name, number) => `Constraint "${name}": ${number} excluded by filter`),
    ...(metric.NodesExhausted > 0 ? [`Resources exhausted on ${nodes(metric.NodesExhausted)}`] : []),
    ...each(metric.ClassExhausted, (name, number) => `Class "${name}" exhausted on ${number}`),
    ...each(metric.DimensionExhausted, (name, number) => `Dimension "${name}" exhausted on ${number}`),
    ...(metric.QuotaExhausted ?? []).map((name) => `Quota limit hit "${name}"`),
  ];
  return lines.length > 0 ? lines : [`${nodes(metric.NodesEvaluated)} looked at, none had room`];
}

function nodes(number: number): string {
  return `${number} node${number === 1 ? '' : 's'}`;
}
