import { isDeepStrictEqual } from 'node:util';
import type { State } from '../../state/state.ts';
import type { TableName, Tables } from '../../state/tables.ts';
import type { Op } from '../../store/contract.ts';
import type { Snapshot } from './format.ts';
import type { SnapshotRow } from './lines.ts';

/**
 * What Consul's snapshots hold: the catalog, keys with their locks, sessions, queries and configuration. Jobs are the server's matter
 * (server/restore-jobs.ts), and allocations belong to processes that a file knows nothing of.
 */
const RESTORED: readonly TableName[] = [
  'catalogNodes',
  'catalogServices',
  'catalogChecks',
  'sessions',
  'kv',
  'kvLocks',
  'preparedQueries',
  'configEntries',
];

export type Restored = { readonly written: number; readonly removed: number };

/**
 * Makes the tables what they were. One transaction where it fits into one; else the rows that others depend on come first and are removed last, so that a restore
 * that was broken off can simply be done again. `liveNodes`, in lower case, are left out.
 */
export async function restoreSnapshot(
  state: State,
  { rows }: Pick<Snapshot, 'rows'>,
  liveNodes: ReadonlySet<string>,
): Promise<Restored> {
  const wanted = new Map(RESTORED.map((table) => [table, new Map<string, SnapshotRow>()]));
  const isKept = keptBy(liveNodes);
  for (const row of rows) if (!isKept(row.table, row.key)) wanted.get(row.table as TableName)?.set(row.key, row);
  const puts = RESTORED.flatMap((table) =>
    [...(wanted.get(table)?.values() ?? [])].flatMap((row) => put(state.tables, table, row)),
  );
  const removals = [...RESTORED]
    .reverse()
    .flatMap((table) => missing(state.tables, table, wanted.get(table) ?? new Map()))
    .filter((op) => !isKept(op.table, op.key));
  const ops = [...puts, ...removals];
  const { opsPerTxn } = state.limits;
  for (let from = 0; from < ops.length; from += opsPerTxn)
    await state.commit({ ops: ops.slice(from, from + opsPerTxn) });
  return { written: puts.length, removed: removals.length };
}

/** What agents that live now say of themselves is the truth, and not the file's matter. Keys of the catalog begin with the node. */
function keptBy(liveNodes: ReadonlySet<string>): (table: string, key: string) => boolean {
  return (table, key) => table.startsWith('catalog') && liveNodes.has(key.split('/', 1)[0] ?? '');
}

/** What is so already is not written again: nobody who waits for it is woken. */
function put(tables: Tables, table: TableName, { key, value }: SnapshotRow): Op[] {
  const held = tables[table].get(key);
  const { CreateIndex: _, ModifyIndex: __, ...entry } = value as { CreateIndex?: number; ModifyIndex?: number };
  if (held) {
    const { CreateIndex: ___, ModifyIndex: ____, ...present } = held;
    if (isDeepStrictEqual(present, entry)) return [];
  }
  return [{ kind: 'put', table, key, value: entry }];
}

function missing(tables: Tables, table: TableName, wanted: ReadonlyMap<string, SnapshotRow>): Op[] {
  const gone = [...tables[table].keys()].filter((key) => !wanted.has(key));
  return gone.map((key): Op => ({ kind: 'delete', table, key }));
}
