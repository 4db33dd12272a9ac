import type { Job, TaskGroup } from '@shoal/api';
import type { DeploymentRow } from '../../state/rows.ts';
import { type AllocEntry, isHealthy } from '../cluster/entries.ts';
import { isRolledOut } from './deployments.ts';
import { isTerminal } from './situation.ts';
import type { Wanted } from './survey.ts';

export type ByVersion = {
  readonly current: AllocEntry[];
  readonly inPlace: AllocEntry[];
  readonly outdated: AllocEntry[];
};

/** Takes apart what runs by what becoming the job's version means for it. */
export function sortByVersion(allocs: readonly AllocEntry[], group: TaskGroup, wanted: Wanted): ByVersion {
  const sorted: ByVersion = { current: [], inPlace: [], outdated: [] };
  for (const alloc of allocs) sorted[kindOf(alloc, group, wanted)].push(alloc);
  return sorted;
}

function kindOf(alloc: AllocEntry, group: TaskGroup, wanted: Wanted): keyof ByVersion {
  if (!wanted.isOlder(alloc)) return 'current';
  if (wanted.mustReplace(alloc, group)) return 'outdated';
  if (isTerminal(alloc)) return 'current';
  return wanted.acceptable(group, alloc.slot) ? 'inPlace' : 'outdated';
}

/** How many more may be on their way at once (job specification, `update`): none after one turned out unhealthy. */
export function rolloutLimit(
  group: TaskGroup,
  job: Job,
  current: DeploymentRow | undefined,
  allocs: readonly AllocEntry[],
): number {
  if (!isRolledOut(job, group)) return Number.POSITIVE_INFINITY;
  const health = allocs.filter((alloc) => current && alloc.deploymentId === current.ID).map(isHealthy);
  if (health.includes(false)) return 0;
  const underway = health.filter((healthy) => healthy === undefined).length;
  return Math.max(0, (group.Update?.MaxParallel ?? 0) - underway);
}
