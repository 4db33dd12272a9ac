import { clientStatus, isClientTerminal } from '../state/alloc-view.ts';
import type { JobRow } from '../state/rows.ts';
import { jobKey, jobVersionKey, type Tables } from '../state/tables.ts';
import type { Op } from '../store/contract.ts';

/** The rows of a job's newest version. */
export function newJobOps(job: JobRow): Op[] {
  return [
    { kind: 'put', table: 'jobs', key: jobKey(job.Namespace, job.ID), value: job },
    { kind: 'put', table: 'jobVersions', key: jobVersionKey(job.Namespace, job.ID, job.Version), value: job },
  ];
}

/** The rows of a job's next version, without the versions that are too many then: `tracked` are kept, the newest included. */
export function versionOps(tables: Tables, next: JobRow, existing: JobRow | undefined, tracked: number): Op[] {
  const versions = [...tables.jobVersions.by('job', jobKey(next.Namespace, next.ID))];
  // Versions that a purged job of this name left for its last allocations would read as versions of this one.
  const obsolete = existing ? outdated(tables, versions, tracked) : versions;
  return [...newJobOps(next), ...obsolete.filter(({ Version }) => Version !== next.Version).map(deleteVersion)];
}

/** A deployment that succeeded marks its version so; both rows of the newest version say it. */
export function stableOps(version: JobRow, job: JobRow | undefined, stable: boolean): Op[] {
  const key = jobVersionKey(version.Namespace, version.ID, version.Version);
  const ops: Op[] = [{ kind: 'put', table: 'jobVersions', key, value: { ...version, Stable: stable } }];
  if (job && job.Version === version.Version)
    ops.push({ kind: 'put', table: 'jobs', key: jobKey(job.Namespace, job.ID), value: { ...job, Stable: stable } });
  return ops;
}

/** The newest stable version below `version`: where a failed deployment goes back to. */
export function lastStableVersion(tables: Tables, job: JobRow, version: number): JobRow | undefined {
  const versions = [...tables.jobVersions.by('job', jobKey(job.Namespace, job.ID))];
  return versions
    .filter((row) => row.Stable && row.Version < version)
    .reduce<JobRow | undefined>((newest, row) => (newest && newest.Version > row.Version ? newest : row), undefined);
}

/** What goes when one more comes. The newest stable version stays, so that a revert has somewhere to go; what has a tag; and what something still runs. */
function outdated(tables: Tables, versions: readonly JobRow[], tracked: number): JobRow[] {
  const old = versions
    .slice()
    .sort((a, b) => b.Version - a.Version)
    .slice(tracked - 1);
  if (old.length === 0) return [];
  const stable = versions.filter((row) => row.Stable).map(({ Version }) => Version);
  const used = usedVersions(tables, old[0] as JobRow);
  return old.filter(({ Version, VersionTag }) => !VersionTag && Version !== Math.max(...stable) && !used.has(Version));
}

function usedVersions(tables: Tables, job: JobRow): Set<number> {
  const used = new Set<number>();
  for (const alloc of tables.allocs.by('job', jobKey(job.Namespace, job.ID)))
    if (!isClientTerminal(clientStatus(alloc, tables.allocStatus.get(alloc.ID)))) used.add(alloc.JobVersion);
  return used;
}

function deleteVersion(row: JobRow): Op {
  return { kind: 'delete', table: 'jobVersions', key: jobVersionKey(row.Namespace, row.ID, row.Version) };
}
