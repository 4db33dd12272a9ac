import type { TaskGroup } from '@shoal/api';
import type { DeploymentGroupRow } from '../../state/rows.ts';
import type { AllocEntry } from '../cluster/entries.ts';
import { isGroupDone, isRolledOut, newGroup } from './deployments.ts';
import { LOST, MIGRATING, NOT_NEEDED } from './descriptions.ts';
import { NameIndex } from './names.ts';
import type { GroupChanges, Placement, PlacementKind, Stop } from './result.ts';
import { type ByVersion, rolloutLimit, sortByVersion } from './rollout.ts';
import { isTerminal } from './situation.ts';
import { findSurplus } from './surplus.ts';
import { type Survey, survey, type Wanted } from './survey.ts';

export type GroupOutcome = {
  readonly changes: GroupChanges;
  /** Nothing is left to do, and what is there is healthy: a deployment may end. */
  readonly complete: boolean;
  /** How the group enters the deployment of this version; undefined: it is in it already, or needs none. */
  readonly enters: DeploymentGroupRow | undefined;
};

/** What is to be done about a group, before the update strategy says how much of it now. */
type Work = Survey & {
  readonly surplus: ReadonlySet<AllocEntry>;
  readonly moving: readonly AllocEntry[];
  readonly versions: ByVersion;
  readonly missing: readonly Placement[];
  readonly newCanaries: readonly Placement[];
  /** Nothing but canaries and what was lost is placed, until canaries are promoted. */
  readonly canaryPhase: boolean;
};

/** One group of a service or batch job that is wanted. */
export function reconcileGroup(group: TaskGroup, all: readonly AllocEntry[], wanted: Wanted): GroupOutcome {
  const work = findWork(group, all, wanted);
  const { places, replaced } = paced(group, work, wanted);
  const { moving, versions, newCanaries, surplus } = work;
  const stopped = [...surplus].filter((alloc) => !isTerminal(alloc));
  const { kept: returned, stops: outdone } = work.returns;
  return {
    enters: entersDeployment(group, all, work, wanted),
    complete: isComplete(all, work, wanted),
    changes: {
      group: group.Name,
      stops: [
        ...[...work.stale, ...stopped].map((alloc): Stop => ({ alloc, description: NOT_NEEDED })),
        ...work.lost.map((alloc): Stop => ({ alloc, description: LOST, lost: true })),
        ...moving.map((alloc): Stop => ({ alloc, description: MIGRATING })),
        ...outdone,
      ],
      replacements: replaced.map((alloc) => replacement('update', alloc)),
      places: [...newCanaries, ...places, ...moving.map((alloc) => replacement('migrate', alloc))],
      inPlace: versions.inPlace,
      unknown: work.silent,
      returned: returned.filter((alloc) => !surplus.has(alloc) && !replaced.includes(alloc)),
      later: work.later.filter(({ alloc }) => !replaced.includes(alloc)),
      updates: {
        Ignore: ignored(work) - replaced.length,
        Place: places.length,
        Migrate: moving.length,
        Stop:
          work.stale.length + stopped.length + work.lost.length + outdone.length + places.filter(isReschedule).length,
        InPlaceUpdate: versions.inPlace.length,
        DestructiveUpdate: replaced.length,
        Canary: newCanaries.length,
        Preemptions: 0,
      },
    },
  };
}

function findWork(group: TaskGroup, all: readonly AllocEntry[], wanted: Wanted): Work {
  const found = survey(group, all, wanted);
  const { untainted, migrate, now, lost, missed, held, overdue, canaries, waiting, state } = found;
  const names = new NameIndex(wanted.job.ID, group, untainted, migrate, now, lost, missed, held, overdue);
  const surplus = findSurplus(group, found, names);
  const moving = migrate.filter((alloc) => !surplus.has(alloc));
  const staying = untainted.filter((alloc) => !surplus.has(alloc) && !(waiting && canaries.includes(alloc)));
  const versions = sortByVersion(staying, group, wanted);
  const asked = isRolledOut(wanted.job, group) ? (group.Update?.Canary ?? 0) : 0;
  const wantsCanaries = asked > 0 && versions.outdated.length > 0 && !state?.Promoted;
  const open = wantsCanaries && wanted.current?.Status !== 'paused' && wanted.current?.Status !== 'failed';
  const newCanaries = open ? names.nextCanaries(Math.max(0, asked - canaries.length), versions.outdated) : [];
  return {
    ...found,
    surplus,
    moving,
    versions,
    canaryPhase: waiting || wantsCanaries,
    newCanaries: newCanaries.map((name) => ({ kind: 'new', name, previous: undefined, canary: true })),
    missing: findMissing(group, names, staying.length + moving.length + held.length, found),
  };
}

/** Failed ones that are due, then what was lost, then what never was; as many as the count leaves open. */
function findMissing(group: TaskGroup, names: NameIndex, staying: number, found: Survey): Placement[] {
  const { now, missed, held, overdue, waiting } = found;
  const places: Placement[] = [];
  const lost = found.lost.filter((alloc) => alloc.next === '' && !held.includes(alloc));
  const open = () => Math.max(0, group.Count - staying - places.length);
  for (const alloc of byNumber(now).slice(0, open()))
    places.push({ ...replacement('reschedule', alloc), canary: waiting && alloc.canary });
  for (const alloc of byNumber([...lost, ...missed, ...overdue]).slice(0, open()))
    places.push(replacement('lost', alloc));
  for (const name of names.next(open())) places.push({ kind: 'new', name, previous: undefined, canary: false });
  return places;
}

function byNumber(allocs: readonly AllocEntry[]): AllocEntry[] {
  return allocs.length > 1 ? [...allocs].sort((a, b) => a.index - b.index) : [...allocs];
}

function replacement(kind: PlacementKind, alloc: AllocEntry): Placement {
  return { kind, name: alloc.name, previous: alloc, canary: kind === 'migrate' && alloc.canary };
}

function isReschedule({ kind }: Placement): boolean {
  return kind === 'reschedule';
}

/** How much of the work is done now. */
function paced(group: TaskGroup, { missing, versions, untainted, canaryPhase }: Work, { job, current }: Wanted) {
  const held = canaryPhase || current?.Status === 'paused' || current?.Status === 'failed';
  if (held) {
    const failed = current?.Status === 'failed' ? current.ID : undefined;
    return { places: missing.filter((each) => isRecovery(each, failed)), replaced: [] };
  }
  const limit = rolloutLimit(group, job, current, untainted);
  return { places: missing, replaced: byNumber(versions.outdated).slice(0, Math.max(0, limit - missing.length)) };
}

/** What makes up for a loss goes on while a deployment is held; but not what a failed deployment itself brought. */
function isRecovery({ kind, previous }: Placement, failedDeployment: string | undefined): boolean {
  if (kind === 'lost') return true;
  return kind === 'reschedule' && (failedDeployment === undefined || previous?.deploymentId !== failedDeployment);
}

/** A group is rolled out when it is new, or when what runs of it changes. Other events (losses, failures) are not a deployment. */
function entersDeployment(group: TaskGroup, all: readonly AllocEntry[], work: Work, wanted: Wanted) {
  const { versions, missing, canaryPhase, state } = work;
  if (state !== undefined || !isRolledOut(wanted.job, group)) return undefined;
  const changes = versions.outdated.length + versions.inPlace.length;
  const hadRunning = all.some((alloc) => !wanted.isOlder(alloc));
  const total = missing.length + changes;
  if (total === 0 || (hadRunning && changes === 0)) return undefined;
  return {
    ...newGroup(group),
    DesiredCanaries: canaryPhase ? (group.Update?.Canary ?? 0) : 0,
    DesiredTotal: total,
  };
}

function isComplete(all: readonly AllocEntry[], work: Work, { current }: Wanted): boolean {
  const { versions, missing, moving, later, newCanaries, state } = work;
  const left = versions.outdated.length + versions.inPlace.length + missing.length + moving.length + later.length;
  if (left + newCanaries.length > 0) return false;
  return (
    state === undefined ||
    isGroupDone(
      state,
      all.filter((alloc) => !isTerminal(alloc) && !work.away.includes(alloc) && alloc.deploymentId === current?.ID),
    )
  );
}

/** Those about which nothing is done, before some of the outdated ones are replaced. */
function ignored({ versions, waiting, canaries, away }: Work): number {
  return versions.current.length + versions.outdated.length + (waiting ? canaries.length : 0) + away.length;
}
