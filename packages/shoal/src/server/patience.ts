import { statedSince } from '../scheduler/cluster/read-rows.ts';
import { type Patience, patienceOf } from '../scheduler/reconcile/patience.ts';
import { clientStatus, isClientTerminal } from '../state/alloc-view.ts';
import type { AllocRow } from '../state/rows.ts';
import { jobKey, jobVersionKey, type Tables } from '../state/tables.ts';

/**
 * Until when something that runs on the node is worth waiting for if the node is silent, Unix nanoseconds; 0: nothing is. Until then the node is
 * disconnected rather than down (job specification, `disconnect`, `lost_after`).
 */
export function patienceWith(tables: Tables, nodeId: string, now: number): number {
  let until = 0;
  for (const row of tables.allocs.by('node', nodeId)) {
    if (row.DesiredStatus !== 'run') continue;
    const status = clientStatus(row, tables.allocStatus.get(row.ID));
    if (isClientTerminal(status) || status === 'pending') continue;
    const { lostAfter } = patienceFor(tables, row);
    if (lostAfter > 0) until = Math.max(until, lostAfter + (status === 'unknown' ? statedSince(row) : now));
  }
  return until;
}

function patienceFor(tables: Tables, row: AllocRow): Patience {
  const version = tables.jobVersions.get(jobVersionKey(row.Namespace, row.JobID, row.JobVersion));
  const job = version ?? tables.jobs.get(jobKey(row.Namespace, row.JobID));
  return patienceOf(job?.TaskGroups?.find(({ Name }) => Name === row.TaskGroup));
}
