import type { Evaluation, Job, TaskGroup } from '@shoal/api';
import { tasksUpdated } from '../../jobspec/tasks-updated.ts';
import { jobKey } from '../../state/tables.ts';
import type { Precondition } from '../../store/contract.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { AllocEntry, GroupEntry, JobEntry } from '../cluster/entries.ts';
import { newVersion } from '../cluster/read-rows.ts';
import { reachOf } from '../feasible/datacenters.ts';
import type { Criteria } from '../place/candidates.ts';
import { creditOf } from '../place/room.ts';
import { FITS } from '../place/verdicts.ts';
import type { Plan, PlanOptions } from '../plan.ts';
import { isActive, latestDeployment } from '../reconcile/deployments.ts';
import { reconcileJob } from '../reconcile/job.ts';
import type { GroupChanges, Reconciled } from '../reconcile/result.ts';
import type { Situation } from '../reconcile/situation.ts';
import { reconcileSystemJob } from '../reconcile/system.ts';
import { Draft } from './draft.ts';
import type { Journal } from './journal.ts';
import { batchLater, delayedEval, staggeredEval } from './new-evals.ts';
import { finish } from './outcome.ts';
import { type Placing, placeGroups, type Target } from './place-groups.ts';
import { placeOnNodes } from './place-system.ts';

/** What an evaluation is about. */
type Subject = {
  readonly job: Job | undefined;
  readonly key: string;
  readonly entry: JobEntry | undefined;
  readonly groups: ReadonlyMap<string, GroupEntry>;
};

/** Makes the plan of an evaluation; its changes stand in the cluster until the journal is undone. */
export function makePlan(
  evaluation: Evaluation,
  { now, dryRun }: PlanOptions,
  placing: Placing,
): { readonly plan: Plan; readonly journal: Journal } {
  const subject = subjectOf(evaluation, dryRun?.job, placing.cluster);
  const draft = new Draft(placing.cluster, evaluation, subject.job, now);
  try {
    const plan = carryOut(subject, draft, placing);
    return { plan: dryRun ? { ...plan, id: '' } : plan, journal: draft.journal };
  } catch (error) {
    draft.journal.undo();
    throw error;
  }
}

function carryOut(subject: Subject, draft: Draft, placing: Placing): Plan {
  const reconciled = isTemplate(subject.job) ? NOTHING : reconcile(subject, draft, placing);
  const target = targetOf(subject, reconciled);
  for (const each of reconciled.groups) draft.updates[each.group] = each.updates;
  for (const each of reconciled.groups) for (const stop of each.stops) draft.stop(stop);
  for (const each of reconciled.groups) for (const alloc of each.unknown) draft.loseSight(alloc);
  for (const each of reconciled.groups) for (const alloc of each.returned) draft.welcome(alloc);
  updateInPlace(draft, reconciled.groups, target);
  if (target) place(draft, reconciled.groups, target, placing);
  followUp(draft, reconciled.groups, placing.newId);
  return finish(draft, reconciled, {
    id: placing.newId(),
    deploymentId: (reconciled.newDeployment ?? latestDeployment(subject.entry))?.ID,
    failed: failedCriteria(draft, subject, placing),
    require: preconditions(draft, subject, placing.cluster),
    snapshotIndex: placing.cluster.index,
    newId: placing.newId,
  });
}

function failedCriteria({ failed }: Draft, { job, groups }: Subject, { rankings }: Placing): Criteria[] {
  return [...failed.keys()].flatMap((name) => {
    const group = groups.get(name);
    return job && group ? [rankings.candidates(job, group).criteria] : [];
  });
}

const NOTHING: Reconciled = { groups: [], newDeployment: undefined, deploymentPatches: [] };

/** Periodic and parameterized jobs only make others, which run. */
function isTemplate(job: Job | undefined): boolean {
  return (
    job !== undefined && !job.Stop && (job.Periodic !== null || (job.ParameterizedJob !== null && !job.Dispatched))
  );
}

function subjectOf(evaluation: Evaluation, dry: Job | undefined, cluster: Cluster): Subject {
  const key = jobKey(evaluation.Namespace, evaluation.JobID);
  const entry = cluster.job(key);
  const job = dry ?? entry?.row?.row;
  const stored = dry ? undefined : entry?.versions.get(job?.Version ?? -1);
  return { job, key, entry, groups: job ? (stored ?? newVersion(job, 0)).groups : new Map() };
}

function reconcile(subject: Subject, draft: Draft, placing: Placing): Reconciled {
  const situation = situationOf(subject, draft, placing);
  const { job } = subject;
  const isSystem = (job?.Type ?? draft.evaluation.Type) === 'system' || job?.Type === 'sysbatch';
  if (!isSystem) return reconcileJob(situation);
  const reconciled = reconcileSystemJob(situation, job ? slotsInReach(job, placing.cluster) : []);
  if (reconciled.limited && job) stagger(draft, job, placing.newId);
  return reconciled;
}

function slotsInReach(job: Job, { nodes }: Cluster): number[] {
  const reach = reachOf(job);
  const slots: number[] = [];
  for (let slot = 0; slot < nodes.size; slot++) {
    const row = nodes.ready[slot] ? nodes.row(slot) : undefined;
    if (row && reach.includes(row)) slots.push(slot);
  }
  return slots.sort((a, b) => nodes.order[a]! - nodes.order[b]! || a - b);
}

function situationOf({ job, entry, groups }: Subject, draft: Draft, { cluster, rankings, newId }: Placing): Situation {
  const isOlder = (alloc: AllocEntry) =>
    job !== undefined && (alloc.version !== job.Version || alloc.createIndex < job.CreateIndex);
  return {
    job,
    jobModifyIndex: job?.ModifyIndex ?? 0,
    entry,
    evalId: draft.evaluation.ID,
    now: draft.now,
    nodeOf: (slot) => cluster.nodes.row(slot),
    isOlder,
    mustReplace: comparer(job, entry),
    scoreOf(group, alloc) {
      const known = groups.get(group.Name);
      if (!job || !known) return -1;
      const ranking = rankings.of(job, known);
      ranking.refresh();
      return ranking.assess(alloc.slot, creditOf(alloc)) === FITS ? ranking.fit[alloc.slot]! : -1;
    },
    acceptable(group, slot) {
      const row = cluster.nodes.row(slot);
      const known = groups.get(group.Name);
      if (!row || !job || !known) return false;
      const { criteria } = rankings.candidates(job, known);
      return criteria.reach.includes(row) && criteria.feasibility.refusal(row) === '';
    },
    deployment: latestDeployment(entry),
    newId,
  };
}

/** Whether what runs must be replaced to become the job as it is now: asked once per version and group. */
function comparer(job: Job | undefined, entry: JobEntry | undefined): Situation['mustReplace'] {
  const known = new Map<string, boolean>();
  return (alloc: AllocEntry, group: TaskGroup) => {
    if (!job || alloc.createIndex < job.CreateIndex) return true;
    const key = `${alloc.version} ${group.Name}`;
    const found = known.get(key) ?? differs(entry, alloc.version, job, group);
    known.set(key, found);
    return found;
  };
}

function differs(entry: JobEntry | undefined, version: number, job: Job, group: TaskGroup): boolean {
  const before = entry?.versions.get(version);
  const old = before?.groups.get(group.Name)?.group;
  return !before || !old || tasksUpdated(old, group, { before: before.job, after: job });
}

function targetOf(
  { job, key, entry, groups }: Subject,
  { newDeployment, deploymentPatches }: Reconciled,
): Target | undefined {
  if (!job) return undefined;
  const latest = newDeployment ?? latestDeployment(entry);
  const patch = deploymentPatches.find((each) => each.id === latest?.ID)?.set;
  const status = patch?.Status ?? latest?.Status;
  const current = latest && latest.JobVersion === job.Version && latest.JobCreateIndex === job.CreateIndex;
  const active = latest && status && current && isActive({ Status: status });
  const members = active ? { ...latest.TaskGroups, ...patch?.TaskGroups } : {};
  return { job, key, groups, deploymentOf: (group) => (latest && members[group] ? latest.ID : '') };
}

function updateInPlace(draft: Draft, groups: readonly GroupChanges[], target: Target | undefined): void {
  for (const { group, inPlace } of groups)
    for (const alloc of inPlace) {
      const deploymentId = target?.deploymentOf(group) || alloc.deploymentId;
      const version = target?.job.Version ?? alloc.version;
      const fresh = deploymentId !== alloc.deploymentId && alloc.canary;
      draft.patch(alloc, 'update', {
        JobVersion: version,
        EvalID: draft.evaluation.ID,
        DeploymentID: deploymentId,
        ...(fresh && { Canary: false }),
      });
      draft.journal.change(alloc, { version, deploymentId });
    }
}

function place(draft: Draft, groups: readonly GroupChanges[], target: Target, placing: Placing): void {
  if (target.job.Type === 'system' || target.job.Type === 'sysbatch') placeOnNodes(draft, groups, target, placing);
  else placeGroups(draft, groups, target, placing);
}

function followUp(draft: Draft, groups: readonly GroupChanges[], newId: () => string): void {
  if (!draft.job) return;
  for (const { at, why, members } of batchLater(groups.flatMap((each) => each.later))) {
    const id = newId();
    draft.newEvals.push(delayedEval(draft.evaluation, draft.job, { id, now: draft.now, at, why }));
    for (const { alloc } of members) {
      draft.patch(alloc, 'follow-up', { FollowupEvalID: id });
      draft.journal.change(alloc, { followUp: id });
    }
  }
}

function stagger(draft: Draft, job: Job, newId: () => string): void {
  draft.nextEval = newId();
  const at = draft.now + (job.Update?.Stagger ?? 0);
  draft.newEvals.push(staggeredEval(draft.evaluation, job, { id: draft.nextEval, now: draft.now, at }));
}

function preconditions({ usedSlots }: Draft, { key, entry }: Subject, cluster: Cluster): Precondition[] {
  const used = [...usedSlots].map((slot) => cluster.nodes.id(slot));
  return [
    { table: 'jobs', key, modifyIndex: entry?.row?.modifyIndex ?? 0 },
    ...used.map((id) => ({ table: 'nodes', key: id, modifyIndex: cluster.nodeIndex(id) })),
  ];
}
