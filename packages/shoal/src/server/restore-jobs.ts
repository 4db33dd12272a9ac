import { isTemplate } from '../state/job-kind.ts';
import type { AllocRow, AllocStatusRow, JobRow } from '../state/rows.ts';
import { jobKey } from '../state/tables.ts';
import type { Change, Op } from '../store/contract.ts';
import type { ServerDeps } from './deps.ts';
import { newEvaluation, putEvaluation } from './evaluations.ts';

type Row = Pick<Change, 'table' | 'key'> & { readonly value: object };

/**
 * Jobs of a snapshot that are not there come back, with their versions, namespaces, node pools and what was scaled, and are placed anew. Jobs that are there stay as
 * they are: they belong to processes that run now. Batch jobs that had finished come back without running again. Answers with their number.
 */
export async function restoreJobs(
  deps: Pick<ServerDeps, 'state' | 'newId' | 'now'>,
  rows: readonly Row[],
): Promise<number> {
  const { state } = deps;
  const { jobs, namespaces, nodePools } = state.tables;
  const isMissing = ({ table, key }: Row) =>
    (table === 'namespaces' && !namespaces.get(key)) || (table === 'nodePools' && !nodePools.get(key));
  const named = rows.filter(isMissing).map(put);
  if (named.length > 0) await state.commit({ ops: named });
  const gone = rows.filter(({ table, key }) => table === 'jobs' && !jobs.get(key));
  const versions = versionsOf(rows);
  const scaled = new Map(rows.filter(({ table }) => table === 'scalingEvents').map((row) => [row.key, row]));
  const finished = finishedJobs(rows);
  for (const row of gone) {
    const job = row.value as JobRow;
    const isDone = job.Stop || isTemplate(job) || (job.Type === 'batch' && finished.has(row.key));
    const events = scaled.get(row.key);
    const ops = [
      put(row),
      ...(versions.get(row.key) ?? []).map(put),
      ...(events ? [put(events)] : []),
      ...(isDone ? [] : [putEvaluation(newEvaluation(deps, job, 'job-register', { JobModifyIndex: 0 }))]),
    ];
    // Somebody who registers it meanwhile is right.
    await state.commit({ ops, require: [{ table: 'jobs', key: row.key, modifyIndex: 0 }] });
  }
  return gone.length;
}

function put({ table, key, value }: Row): Op {
  return { kind: 'put', table, key, value };
}

function versionsOf(rows: readonly Row[]): Map<string, Row[]> {
  const versions = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.table !== 'jobVersions') continue;
    const { Namespace, ID } = row.value as JobRow;
    const key = jobKey(Namespace, ID);
    versions.set(key, [...(versions.get(key) ?? []), row]);
  }
  return versions;
}

/** Those of which something has run, and nothing was to run any more. */
function finishedJobs(rows: readonly Row[]): Set<string> {
  const status = new Map(
    rows.flatMap(({ table, key, value }) => (table === 'allocStatus' ? [[key, value as AllocStatusRow] as const] : [])),
  );
  const [ran, open] = [new Set<string>(), new Set<string>()];
  for (const { table, key, value } of rows) {
    if (table !== 'allocs') continue;
    const { Namespace, JobID } = value as AllocRow;
    ran.add(jobKey(Namespace, JobID));
    if (status.get(key)?.ClientStatus !== 'complete') open.add(jobKey(Namespace, JobID));
  }
  return new Set([...ran].filter((key) => !open.has(key)));
}
