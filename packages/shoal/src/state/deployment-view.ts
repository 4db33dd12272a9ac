import { healthOf } from './alloc-view.ts';
import type { DeploymentRow } from './rows.ts';
import type { Tables } from './tables.ts';

/** What is derived of one group of a deployment from its allocations. */
export type DeploymentCounts = {
  placed: number;
  healthy: number;
  unhealthy: number;
  canaries: string[];
  /** Unix milliseconds: when the group last made progress; its first placement, or the first that it took over, counts. Undefined: nothing could be placed yet. */
  lastProgress: number | undefined;
};

const NANOSECONDS_PER_MS = 1_000_000;

export function deploymentCounts(tables: Tables, deployment: DeploymentRow): Map<string, DeploymentCounts> {
  const counts = new Map(Object.keys(deployment.TaskGroups).map((group) => [group, emptyCounts()]));
  for (const alloc of tables.allocs.by('deployment', deployment.ID)) {
    const group = counts.get(alloc.TaskGroup);
    if (!group) continue;
    group.placed += 1;
    if (alloc.Canary) group.canaries.push(alloc.ID);
    if (group.placed === 1) group.lastProgress = Math.max(alloc.CreateTime, deployment.CreateTime) / NANOSECONDS_PER_MS;
    const health = healthOf(alloc, tables.allocStatus.get(alloc.ID));
    if (!health) continue;
    if (health.Healthy) group.healthy += 1;
    else group.unhealthy += 1;
    if (health.Healthy) group.lastProgress = Math.max(group.lastProgress ?? 0, Date.parse(health.Timestamp) || 0);
  }
  return counts;
}

/** When the group has to have made progress, in Unix milliseconds; undefined where no deadline is set or runs. */
export function progressDeadline(
  deployment: DeploymentRow,
  group: string,
  counts: DeploymentCounts,
): number | undefined {
  const deadline = deployment.TaskGroups[group]?.ProgressDeadline ?? 0;
  if (deadline === 0 || counts.lastProgress === undefined) return undefined;
  return counts.lastProgress + deadline / NANOSECONDS_PER_MS;
}

function emptyCounts(): DeploymentCounts {
  return { placed: 0, healthy: 0, unhealthy: 0, canaries: [], lastProgress: undefined };
}
