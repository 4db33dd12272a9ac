import type { Job, TaskGroup } from '@shoal/api';
import type { DeploymentGroupRow, DeploymentRow } from '../../state/rows.ts';
import type { AllocEntry } from '../cluster/entries.ts';
import { isActive } from './deployments.ts';
import { type ByFailure, sortByFailure } from './failures.ts';
import { type Holding, holdLost } from './held.ts';
import { endOfPatience, patienceOf } from './patience.ts';
import { type Returns, settleReturns } from './returns.ts';
import { isTerminal, type Situation } from './situation.ts';
import { type ByNode, sortByNode } from './taints.ts';

/** A job that is there and wanted, with the deployment of its version. */
export type Wanted = Situation & { readonly job: Job; readonly current: DeploymentRow | undefined };

/** What there is of a group, sorted by what happened to it. */
export type Survey = Pick<ByNode, 'migrate' | 'lost' | 'silent'> &
  ByFailure &
  Holding & {
    /** Nobody can ask their nodes for them, so others take their place. */
    readonly missed: AllocEntry[];
    /** Unknown, with others in their place already. */
    readonly away: AllocEntry[];
    readonly returns: Returns;
    /** Canaries of deployments that ended without promoting them. */
    readonly stale: AllocEntry[];
    /** The current deployment's. They are among `untainted`. */
    readonly canaries: AllocEntry[];
    readonly state: DeploymentGroupRow | undefined;
    /** Canaries run, and wait to be promoted. */
    readonly waiting: boolean;
  };

export function survey(group: TaskGroup, all: readonly AllocEntry[], wanted: Wanted): Survey {
  const { job, current, evalId, now, nodeOf } = wanted;
  const state = current?.TaskGroups[group.Name];
  const waiting = state !== undefined && state.DesiredCanaries > 0 && !state.Promoted;
  if (all.length === 0) return { ...NOTHING, state, waiting };
  const batch = isBatch(job);
  const patience = patienceOf(group);
  const stale = all.filter((alloc) => isStaleCanary(alloc, wanted));
  const relevant = all.filter(
    (alloc) => !stale.includes(alloc) && !(batch && wanted.isOlder(alloc) && isTerminal(alloc)),
  );
  const { untainted, migrate, lost, silent, unknown, returned } = sortByNode(relevant, {
    nodeOf,
    patience,
    evalId,
  });
  const returns = settleReturns(group, returned, all, wanted);
  const stays = except(returns.stops.map(({ alloc }) => alloc));
  const waitedFor = patience.replace ? [] : [...silent, ...unknown];
  const sorted = sortByFailure([...stays(untainted), ...returns.kept, ...waitedFor], { group, batch, evalId, now });
  const { held, overdue, later } = holdLost(lost, relevant, { group, evalId, now });
  return {
    ...sorted,
    later: [...sorted.later, ...later, ...silent.flatMap((alloc) => endOfPatience(alloc, patience, now))],
    migrate: stays(migrate),
    lost,
    silent: stays(silent),
    held,
    overdue,
    missed: patience.replace ? stays([...silent, ...unknown.filter((alloc) => alloc.next === '')]) : [],
    away: patience.replace ? stays(unknown.filter((alloc) => alloc.next !== '')) : [],
    returns,
    stale,
    canaries: sorted.untainted.filter((alloc) => alloc.canary && alloc.deploymentId === current?.ID),
    state,
    waiting,
  };
}

const NONE: AllocEntry[] = [];
const NOTHING = {
  untainted: NONE,
  migrate: NONE,
  lost: NONE,
  silent: NONE,
  held: NONE,
  overdue: NONE,
  missed: NONE,
  away: NONE,
  returns: { kept: NONE, stops: [] },
  now: NONE,
  later: [],
  stale: NONE,
  canaries: NONE,
};

function except(gone: readonly AllocEntry[]): (allocs: AllocEntry[]) => AllocEntry[] {
  return (allocs) => (gone.length === 0 ? allocs : allocs.filter((alloc) => !gone.includes(alloc)));
}

function isBatch({ Type }: Job): boolean {
  return Type === 'batch' || Type === 'sysbatch';
}

function isStaleCanary(alloc: AllocEntry, { entry, current }: Wanted): boolean {
  if (!alloc.canary || isTerminal(alloc)) return false;
  const deployment = entry?.deployments.get(alloc.deploymentId)?.row;
  if (!deployment || deployment.TaskGroups[alloc.group]?.Promoted) return false;
  return deployment.ID !== current?.ID || !isActive(deployment);
}
