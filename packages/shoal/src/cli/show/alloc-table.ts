import type { AllocStub } from '@shoal/api';
import type { Io } from '../io.ts';
import { ago, timeOf } from '../output/ago.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

type Row = Pick<
  AllocStub,
  'ID' | 'EvalID' | 'NodeID' | 'NodeName' | 'TaskGroup' | 'DesiredStatus' | 'ClientStatus' | 'CreateTime' | 'ModifyTime'
> & { readonly JobVersion?: number | undefined };

/** Allocations, newest first. */
export function allocTable(allocs: readonly Row[], io: Io, { verbose = false } = {}): string {
  if (allocs.length === 0) return 'No allocations placed\n';
  const { paint } = io;
  const time = (nanoseconds: number) => (verbose ? timeOf(nanoseconds) : ago(io.now(), nanoseconds));
  const newest = [...allocs].sort((a, b) => b.CreateTime - a.CreateTime || (a.ID < b.ID ? -1 : 1));
  const rows = newest.map((alloc) => [
    shortId(alloc.ID, verbose),
    ...(verbose ? [alloc.EvalID] : []),
    shortId(alloc.NodeID, verbose),
    ...(verbose ? [alloc.NodeName] : []),
    alloc.TaskGroup,
    String(alloc.JobVersion ?? 0),
    alloc.DesiredStatus,
    paintStatus(paint, alloc.ClientStatus),
    time(alloc.CreateTime),
    time(alloc.ModifyTime),
  ]);
  const headings = [
    'ID',
    ...(verbose ? ['Eval ID'] : []),
    'Node ID',
    ...(verbose ? ['Node Name'] : []),
    'Task Group',
    'Version',
    'Desired',
    'Status',
    'Created',
    'Modified',
  ];
  return table(paint, headings, rows);
}
