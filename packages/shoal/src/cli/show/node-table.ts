import type { NodeStub } from '@shoal/api';
import type { Io } from '../io.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

/** A list of nodes. `running`: how many allocations run on each, in the same order. */
export function nodeTable(
  nodes: readonly NodeStub[],
  io: Io,
  { verbose, running }: { verbose: boolean; running?: readonly number[] },
): string {
  if (nodes.length === 0) return 'No nodes registered\n';
  const rows = nodes.map((node, at) => [
    shortId(node.ID, verbose),
    node.Datacenter,
    node.Name,
    node.NodeClass || '<none>',
    ...(verbose ? [node.Address, node.Version] : []),
    String(node.Drain),
    paintStatus(io.paint, node.SchedulingEligibility),
    paintStatus(io.paint, node.Status),
    ...(running ? [String(running[at])] : []),
  ]);
  const headings = [
    'ID',
    'DC',
    'Name',
    'Class',
    ...(verbose ? ['Address', 'Version'] : []),
    'Drain',
    'Eligibility',
    'Status',
    ...(running ? ['Running Allocs'] : []),
  ];
  return table(io.paint, headings, rows);
}
