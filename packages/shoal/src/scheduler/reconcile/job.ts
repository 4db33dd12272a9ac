import type { Job } from '@shoal/api';
import type { DeploymentGroupRow, DeploymentRow } from '../../state/rows.ts';
import type { AllocEntry } from '../cluster/entries.ts';
import type { DeploymentPatch, NewDeployment } from '../plan.ts';
import { currentDeployment, isActive, newDeployment } from './deployments.ts';
import { DEPLOYMENT_SUCCESSFUL, LOST, NOT_NEEDED } from './descriptions.ts';
import { type GroupOutcome, reconcileGroup } from './group.ts';
import { type GroupChanges, noUpdates, type Reconciled } from './result.ts';
import { isTerminal, type Situation } from './situation.ts';
import type { Wanted } from './survey.ts';

/** A service or batch job: what is to be done about each of its groups, and about its deployment. */
export function reconcileJob(situation: Situation): Reconciled {
  const { job } = situation;
  const byGroup = groupAllocs(situation.entry?.allocs ?? []);
  const { current, cancelled } = currentDeployment(job, situation.deployment);
  if (!job || job.Stop) {
    const groups = [...byGroup].map(([name, allocs]) => stopGroup(name, allocs, situation));
    return { groups, newDeployment: undefined, deploymentPatches: cancelled };
  }
  const wanted: Wanted = { ...situation, job, current };
  const groups = job.TaskGroups ?? [];
  const outcomes = groups.map((group) => reconcileGroup(group, byGroup.get(group.Name) ?? [], wanted));
  const removed = [...byGroup].filter(([name]) => !groups.some((group) => group.Name === name));
  return {
    groups: [
      ...outcomes.map((outcome) => outcome.changes),
      ...removed.map(([name, allocs]) => stopGroup(name, allocs, situation)).filter((each) => each.stops.length > 0),
    ],
    ...deploymentOf(outcomes, wanted, cancelled),
  };
}

export function groupAllocs(allocs: Iterable<AllocEntry>): Map<string, AllocEntry[]> {
  const groups = new Map<string, AllocEntry[]>();
  for (const alloc of allocs) {
    const found = groups.get(alloc.group);
    if (found) found.push(alloc);
    else groups.set(alloc.group, [alloc]);
  }
  return groups;
}

/** A group of a job that was stopped or purged, or that is not in the job any more. */
export function stopGroup(group: string, allocs: readonly AllocEntry[], { nodeOf }: Situation): GroupChanges {
  const stops = allocs
    .filter((alloc) => !isTerminal(alloc))
    .map((alloc) => {
      const node = nodeOf(alloc.slot);
      const lost = !node || node.Status === 'down';
      return lost ? { alloc, description: LOST, lost } : { alloc, description: NOT_NEEDED };
    });
  const updates = { ...noUpdates(), Stop: stops.length };
  return { group, stops, replacements: [], places: [], inPlace: [], unknown: [], returned: [], later: [], updates };
}

function deploymentOf(
  outcomes: readonly GroupOutcome[],
  wanted: Wanted,
  cancelled: readonly DeploymentPatch[],
): Pick<Reconciled, 'newDeployment' | 'deploymentPatches'> {
  const entering = entered(outcomes);
  if (Object.keys(entering).length === 0) {
    const done = wanted.current && isFinished(wanted.current, outcomes) ? [success(wanted.current)] : [];
    return { newDeployment: undefined, deploymentPatches: [...cancelled, ...done] };
  }
  if (!wanted.current)
    return { newDeployment: deploymentFor(wanted.job, entering, wanted), deploymentPatches: cancelled };
  if (!isActive(wanted.current)) return { newDeployment: undefined, deploymentPatches: cancelled };
  const grown = { id: wanted.current.ID, set: { TaskGroups: { ...wanted.current.TaskGroups, ...entering } } };
  return { newDeployment: undefined, deploymentPatches: [...cancelled, grown] };
}

function entered(outcomes: readonly GroupOutcome[]): Record<string, DeploymentGroupRow> {
  return Object.fromEntries(outcomes.flatMap(({ changes, enters }) => (enters ? [[changes.group, enters]] : [])));
}

function deploymentFor(job: Job, groups: Record<string, DeploymentGroupRow>, situation: Situation): NewDeployment {
  return newDeployment(job, groups, {
    id: situation.newId(),
    now: situation.now,
    jobModifyIndex: situation.jobModifyIndex,
  });
}

function isFinished(deployment: DeploymentRow, outcomes: readonly GroupOutcome[]): boolean {
  return deployment.Status === 'running' && outcomes.every((outcome) => outcome.complete);
}

function success({ ID }: DeploymentRow): DeploymentPatch {
  return { id: ID, set: { Status: 'successful', StatusDescription: DEPLOYMENT_SUCCESSFUL } };
}
