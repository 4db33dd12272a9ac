import type { Job, TaskGroup } from '@shoal/api';
import type { DeploymentGroupRow, DeploymentRow } from '../../state/rows.ts';
import type { AllocEntry } from '../cluster/entries.ts';
import { isActive } from './deployments.ts';
import { type ByFailure, sortByFailure } from './failures.ts';
import { isTerminal, type Situation } from './situation.ts';
import { type ByNode, sortByNode } from './taints.ts';

/** A job that is there and wanted, with the deployment of its version. */
export type Wanted = Situation & { readonly job: Job; readonly current: DeploymentRow | undefined };

/** What there is of a group, sorted by what happened to it. */
export type Survey = Omit<ByNode, 'untainted'> &
  ByFailure & {
    /** Canaries of deployments that ended without promoting them. */
    readonly stale: AllocEntry[];
    /** The current deployment's. They are among `untainted`. */
    readonly canaries: AllocEntry[];
    readonly state: DeploymentGroupRow | undefined;
    /** Canaries run, and wait to be promoted. */
    readonly waiting: boolean;
  };

export function survey(group: TaskGroup, all: readonly AllocEntry[], wanted: Wanted): Survey {
  const { job, current, evalId, now } = wanted;
  const state = current?.TaskGroups[group.Name];
  const waiting = state !== undefined && state.DesiredCanaries > 0 && !state.Promoted;
  if (all.length === 0) return { ...NOTHING, state, waiting };
  const batch = isBatch(job);
  const stale = all.filter((alloc) => isStaleCanary(alloc, wanted));
  const relevant = all.filter(
    (alloc) => !stale.includes(alloc) && !(batch && wanted.isOlder(alloc) && isTerminal(alloc)),
  );
  const { untainted, migrate, lost } = sortByNode(relevant, wanted.nodeOf);
  const sorted = sortByFailure(untainted, { group, batch, evalId, now });
  return {
    ...sorted,
    migrate,
    lost,
    stale,
    canaries: sorted.untainted.filter((alloc) => alloc.canary && alloc.deploymentId === current?.ID),
    state,
    waiting,
  };
}

const NONE: AllocEntry[] = [];
const NOTHING = { untainted: NONE, migrate: NONE, lost: NONE, now: NONE, later: [], stale: NONE, canaries: NONE };

function isBatch({ Type }: Job): boolean {
  return Type === 'batch' || Type === 'sysbatch';
}

function isStaleCanary(alloc: AllocEntry, { entry, current }: Wanted): boolean {
  if (!alloc.canary || isTerminal(alloc)) return false;
  const deployment = entry?.deployments.get(alloc.deploymentId)?.row;
  if (!deployment || deployment.TaskGroups[alloc.group]?.Promoted) return false;
  return deployment.ID !== current?.ID || !isActive(deployment);
}
