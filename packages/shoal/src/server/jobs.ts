import type { Evaluation, Job, JobInput } from '@shoal/api';
import { canonicalize } from '../jobspec/canonicalize.ts';
import { specChanged } from '../jobspec/spec-changed.ts';
import { toStored } from '../jobspec/stored.ts';
import { formatErrors } from '../jobspec/validate/findings.ts';
import { validate } from '../jobspec/validate/validate.ts';
import { clientStatus } from '../state/alloc-view.ts';
import { isTemplate } from '../state/job-kind.ts';
import { jobStatus } from '../state/job-summary.ts';
import type { AllocRow, JobRow } from '../state/rows.ts';
import { jobKey, jobVersionKey } from '../state/tables.ts';
import type { Op, Precondition } from '../store/contract.ts';
import { commitDecision } from './commit.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { EnforceIndexError, InvalidRequestError, JobInvalidError, UnknownObjectError } from './errors.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';
import { stableOps, versionOps } from './job-versions.ts';
import { DEFAULT_NAMESPACE } from './namespaces.ts';
import type { NodePools } from './node-pools.ts';
import { checkSameKind } from './same-kind.ts';
import { checkRegistrationsOpen } from './scheduler-config.ts';
import { transition } from './transition.ts';

/** Of jobs and evaluations. */
const MAX_PRIORITY = 100;

/** Purge and scale evaluations are of this type, whatever the job's. */
const GENERIC_TYPE = 'service';

export type RegisterOptions = {
  enforceIndex?: number;
  preserveCounts?: boolean;
  /** Of the evaluation; the job's unless given. */
  evalPriority?: number;
};

export type DeregisterOptions = { purge: boolean; evalPriority?: number; noShutdownDelay?: boolean };

export type JobWritten = {
  /** Of the write. */
  index: number;
  jobModifyIndex: number;
  /** Undefined for a job that only its children are run of. */
  evaluation: Evaluation | undefined;
  warnings: string[];
};

export type Jobs = ReturnType<typeof createJobs>;

/** Versions that are kept of a job unless the configuration says otherwise. */
const TRACKED_VERSIONS = 6;

/** Everything that changes a job. */
export function createJobs(deps: ServerDeps, nodePools: Pick<NodePools, 'exists'>) {
  const { state } = deps;
  const { jobs, jobVersions } = state.tables;
  const tracked = deps.trackedVersions ?? TRACKED_VERSIONS;

  async function register(input: JobInput, options: RegisterOptions = {}): Promise<JobWritten> {
    const { job, warnings } = acceptable(input);
    checkRegistration(job);
    const key = jobKey(job.Namespace, job.ID);
    const { index, answer } = await commitDecision(state, `Job "${job.ID}"`, () => {
      const existing = jobs.get(key);
      enforceIndex(existing, options.enforceIndex);
      checkSameKind(existing, job);
      const next = nextVersion(existing, options.preserveCounts ? withCounts(job, existing) : job);
      const evaluation = isTemplate(next)
        ? undefined
        : newEvaluation(deps, next, 'job-register', {
            JobModifyIndex: next === existing ? next.JobModifyIndex : 0,
            ...priority(options),
          });
      const changed = next !== existing;
      const ops = [
        ...(changed ? versionOps(state.tables, next, existing, tracked) : []),
        ...(evaluation ? [putEvaluation(evaluation)] : []),
      ];
      return {
        ...(ops.length > 0 && { txn: { ops, require: [unchanged(key, existing)] } }),
        answer: { evaluation, kept: changed ? undefined : existing },
      };
    });
    return { index, jobModifyIndex: answer.kept?.JobModifyIndex ?? index, evaluation: answer.evaluation, warnings };
  }

  /** A job that is unknown is answered like one that is known: whoever stops it wants it to be gone, and it is. */
  async function deregister(namespace: string, id: string, options: DeregisterOptions): Promise<JobWritten> {
    const key = jobKey(namespace, id);
    if (options.noShutdownDelay) await hurry(key);
    const { index, answer } = await commitDecision(state, `Job "${id}"`, () => {
      const existing = jobs.get(key);
      const gone = options.purge || !existing;
      const about = existing ?? { ID: id, Namespace: namespace, Priority: 50, Type: GENERIC_TYPE };
      const evaluation = newEvaluation(deps, gone ? { ...about, Type: GENERIC_TYPE } : about, 'job-deregister', {
        JobModifyIndex: 0,
        ...priority(options),
      });
      const ops = [...(existing ? stopOps(existing, options.purge) : []), putEvaluation(evaluation)];
      return { txn: { ops, require: [unchanged(key, existing)] }, answer: { evaluation, existing } };
    });
    return { index, jobModifyIndex: index, evaluation: answer.evaluation, warnings: [] };
  }

  /** Makes the scheduler look at the job again. `forceReschedule`: what failed is replaced now, whatever its policy says. */
  async function evaluate(
    namespace: string,
    id: string,
    options: { forceReschedule?: boolean } = {},
  ): Promise<JobWritten> {
    const { index, answer } = await commitDecision(state, `Job "${id}"`, () => {
      const job = existingJob(namespace, id);
      if (job.Periodic) throw new InvalidRequestError("can't evaluate periodic job");
      if (job.ParameterizedJob && !job.Dispatched) throw new InvalidRequestError("can't evaluate parameterized job");
      const evaluation = newEvaluation(deps, job, 'job-register', { JobModifyIndex: job.JobModifyIndex });
      const failed = options.forceReschedule ? unreplacedFailures(jobKey(namespace, id)) : [];
      const { ops, require } = transition(failed, { ForceReschedule: true });
      return { txn: { ops: [...ops, putEvaluation(evaluation)], require }, answer: { evaluation, job } };
    });
    return { index, jobModifyIndex: answer.job.JobModifyIndex, evaluation: answer.evaluation, warnings: [] };
  }

  /** Registers an older version's specification as the newest. */
  async function revert(
    namespace: string,
    id: string,
    version: number,
    enforcePriorVersion?: number,
  ): Promise<JobWritten> {
    const current = existingJob(namespace, id);
    if (enforcePriorVersion !== undefined && current.Version !== enforcePriorVersion)
      throw new InvalidRequestError(
        `Current job has version ${current.Version}; enforcing version ${enforcePriorVersion}`,
      );
    if (current.Version === version) throw new InvalidRequestError(`can't revert to current version`);
    const target = jobVersions.get(jobVersionKey(namespace, id, version));
    if (!target)
      throw new UnknownObjectError(`job "${id}" in namespace "${namespace}" at version ${version} not found`);
    return register({ ...target, Stop: false }, { enforceIndex: current.JobModifyIndex });
  }

  /** The writes that make an older version's specification the newest, for whoever commits them with more. */
  function rollback(current: JobRow, target: JobRow): { ops: Op[]; require: Precondition[] } {
    const next = nextVersion(current, { ...target, Stop: false });
    const key = jobKey(current.Namespace, current.ID);
    return {
      ops: next === current ? [] : versionOps(state.tables, next, current, tracked),
      require: [unchanged(key, current)],
    };
  }

  /** The writes that give a group another count; none if it has it. */
  function withCount(job: JobRow, group: string, count: number): Op[] {
    const groups = job.TaskGroups?.map((each) => (each.Name === group ? { ...each, Count: count } : each)) ?? null;
    const next = nextVersion(job, { ...job, TaskGroups: groups });
    return next === job ? [] : versionOps(state.tables, next, job, tracked);
  }

  /** Marks a version as one that may be gone back to. */
  async function markStable(namespace: string, id: string, version: number, stable: boolean): Promise<number> {
    const { index } = await commitDecision(state, `Job "${id}"`, () => {
      const row = jobVersions.get(jobVersionKey(namespace, id, version));
      if (!row) throw new UnknownObjectError(`job "${id}" in namespace "${namespace}" at version ${version} not found`);
      if (row.Stable === stable) return { answer: undefined };
      const job = jobs.get(jobKey(namespace, id));
      const ops = stableOps(row, job, stable);
      const about = { table: 'jobVersions', key: jobVersionKey(namespace, id, version), modifyIndex: row.ModifyIndex };
      return { txn: { ops, require: [about, unchanged(jobKey(namespace, id), job)] }, answer: undefined };
    });
    return index;
  }

  /** The row that registering `input` would make, for a dry run. */
  function preview(input: JobInput): { job: Job; existing: JobRow | undefined; warnings: string[] } {
    const { job, warnings } = acceptable(input);
    const existing = jobs.get(jobKey(job.Namespace, job.ID));
    checkSameKind(existing, job);
    return { job: nextVersion(existing, job), existing, warnings };
  }

  function checkRegistration({ ID, Namespace, NodePool }: Job): void {
    checkRegistrationsOpen(state.tables);
    if (Namespace !== DEFAULT_NAMESPACE && !state.tables.namespaces.get(Namespace))
      throw new InvalidRequestError(
        `job "${ID}" is in nonexistent namespace "${Namespace}": create it first (\`namespace apply ${Namespace}\`)`,
      );
    if (NodePool && !nodePools.exists(NodePool))
      throw new InvalidRequestError(
        `job "${ID}" is in nonexistent node pool "${NodePool}": no node is in it; start one (\`node_pool\` of a client), or make the pool (\`node pool apply\`)`,
      );
  }

  function unreplacedFailures(key: string): AllocRow[] {
    const { allocs, allocStatus } = state.tables;
    return [...allocs.by('job', key)].filter(
      (row) =>
        row.DesiredStatus === 'run' &&
        row.NextAllocation === '' &&
        clientStatus(row, allocStatus.get(row.ID)) === 'failed',
    );
  }

  /** Whatever of the job ends from now on does so without its shutdown delay. In parts: a job may have more allocations than a transaction takes. */
  async function hurry(key: string): Promise<void> {
    const atOnce = Math.floor(state.limits.opsPerTxn / 2);
    for (let left = true; left; ) {
      await commitDecision(state, `Allocations of job "${key}"`, () => {
        const rows = [...state.tables.allocs.by('job', key)].filter(
          (row) => row.DesiredStatus === 'run' && !row.DesiredTransition?.NoShutdownDelay,
        );
        const part = rows.slice(0, atOnce);
        left = part.length < rows.length;
        if (part.length === 0) return { answer: undefined };
        return { txn: transition(part, { NoShutdownDelay: true }), answer: undefined };
      });
    }
  }

  function existingJob(namespace: string, id: string): JobRow {
    const job = jobs.get(jobKey(namespace, id));
    if (!job) throw new UnknownObjectError('job not found');
    return job;
  }

  function nextVersion(existing: JobRow | undefined, job: Job): JobRow {
    // A tag is of one version alone.
    const { VersionTag: _, ...specification } = job;
    const next = {
      ...specification,
      Stop: job.Stop,
      Version: 0,
      SubmitTime: nowNanos(deps),
      Status: 'pending' as const,
      Stable: false,
    };
    if (!existing) return { ...next, ...UNSTAMPED };
    if (!specChanged(existing, job)) return existing;
    const status = jobStatus(existing, state.summaries.get(existing.Namespace, existing.ID));
    return { ...next, Version: existing.Version + 1, Status: status, ...UNSTAMPED, CreateIndex: existing.CreateIndex };
  }

  function stopOps(existing: JobRow, purge: boolean): Op[] {
    const key = jobKey(existing.Namespace, existing.ID);
    if (purge) {
      const events: Op[] = state.tables.scalingEvents.get(key) ? [{ kind: 'delete', table: 'scalingEvents', key }] : [];
      return [{ kind: 'delete', table: 'jobs', key }, ...events];
    }
    const status = jobStatus(existing, state.summaries.get(existing.Namespace, existing.ID));
    const stopped = { ...existing, ...UNSTAMPED, CreateIndex: existing.CreateIndex, Stop: true, Status: status };
    return versionOps(
      state.tables,
      { ...stopped, Version: existing.Version + 1, SubmitTime: nowNanos(deps) },
      existing,
      tracked,
    );
  }

  return {
    register,
    deregister,
    evaluate,
    revert,
    rollback,
    withCount,
    differs: specChanged,
    markStable,
    preview,
    existingJob,
  };
}

/** Zeros: a store stamps the indexes when it applies the row. */
const UNSTAMPED = { CreateIndex: 0, ModifyIndex: 0, JobModifyIndex: 0 } as const;

function acceptable(input: JobInput): { job: Job; warnings: string[] } {
  const job = canonicalize(input);
  const { errors, warnings } = validate(job);
  if (errors.length > 0) throw new JobInvalidError(errors, formatErrors(errors));
  return { job: toStored(job), warnings };
}

function priority({ evalPriority }: { evalPriority?: number }): { Priority?: number } {
  if (evalPriority === undefined) return {};
  if (!Number.isInteger(evalPriority) || evalPriority < 1 || evalPriority > MAX_PRIORITY)
    throw new InvalidRequestError(
      `the priority of an evaluation is between 1 and ${MAX_PRIORITY}, not ${evalPriority}`,
    );
  return { Priority: evalPriority };
}

function enforceIndex(existing: JobRow | undefined, wanted: number | undefined): void {
  if (wanted === undefined) return;
  if (wanted === 0 && existing) throw new EnforceIndexError(0, 'job already exists');
  if (wanted !== 0 && !existing) throw new EnforceIndexError(wanted, 'job does not exist');
  if (existing && wanted !== existing.JobModifyIndex)
    throw new EnforceIndexError(wanted, `job exists with conflicting job modify index: ${existing.JobModifyIndex}`);
}

/** Keeps the counts of groups that exist (`-preserve-counts`). */
function withCounts(job: Job, existing: JobRow | undefined): Job {
  const counts = new Map(existing?.TaskGroups?.map(({ Name, Count }) => [Name, Count]));
  const groups = job.TaskGroups?.map((group) => ({ ...group, Count: counts.get(group.Name) ?? group.Count }));
  return { ...job, TaskGroups: groups ?? null };
}

function unchanged(key: string, row: JobRow | undefined): Precondition {
  return { table: 'jobs', key, modifyIndex: row?.ModifyIndex ?? 0 };
}
