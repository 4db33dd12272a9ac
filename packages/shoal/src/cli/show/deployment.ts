import type { Deployment } from '@shoal/api';
import type { Io } from '../io.ts';
import { timeOfText } from '../output/ago.ts';
import { keyValue } from '../output/key-value.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

/** What a deployment has done, by group. Columns that are of no use to any group are left out. */
export function deployedTable({ TaskGroups }: Deployment, io: Io): string {
  const groups = Object.entries(TaskGroups).sort(([a], [b]) => (a < b ? -1 : 1));
  const any = (is: (state: Deployment['TaskGroups'][string]) => boolean) => groups.some(([, state]) => is(state));
  const [reverts, canaries, deadlines] = [
    any((state) => state.AutoRevert),
    any((state) => state.DesiredCanaries > 0),
    any((state) => timeOfText(state.RequireProgressBy) !== 'N/A'),
  ];
  const headings = [
    'Task Group',
    ...(reverts ? ['Auto Revert'] : []),
    ...(canaries ? ['Promoted'] : []),
    'Desired',
    ...(canaries ? ['Canaries'] : []),
    'Placed',
    'Healthy',
    'Unhealthy',
    ...(deadlines ? ['Progress Deadline'] : []),
  ];
  const rows = groups.map(([name, state]) => [
    name,
    ...(reverts ? [String(state.AutoRevert)] : []),
    ...(canaries ? [state.DesiredCanaries > 0 ? String(state.Promoted) : 'N/A'] : []),
    String(state.DesiredTotal),
    ...(canaries ? [String(state.DesiredCanaries)] : []),
    String(state.PlacedAllocs),
    String(state.HealthyAllocs),
    state.UnhealthyAllocs > 0 ? io.paint.red(String(state.UnhealthyAllocs)) : '0',
    ...(deadlines ? [timeOfText(state.RequireProgressBy)] : []),
  ]);
  return table(io.paint, headings, rows);
}

export function deploymentTable(deployments: readonly Deployment[], io: Io, verbose: boolean): string {
  if (deployments.length === 0) return 'No deployments found\n';
  const rows = deployments.map((deployment) => [
    shortId(deployment.ID, verbose),
    deployment.JobID,
    String(deployment.JobVersion),
    paintStatus(io.paint, deployment.Status),
    deployment.StatusDescription,
  ]);
  return table(io.paint, ['ID', 'Job ID', 'Job Version', 'Status', 'Description'], rows);
}

/** One deployment, whole. */
export function deploymentText(deployment: Deployment, io: Io, verbose: boolean): string {
  const about = keyValue(io.paint, [
    ['ID', shortId(deployment.ID, verbose)],
    ['Job ID', deployment.JobID],
    ['Job Version', String(deployment.JobVersion)],
    ['Status', paintStatus(io.paint, deployment.Status)],
    ['Description', deployment.StatusDescription],
  ]);
  return `${about}\n${io.paint.bold('Deployed')}\n${deployedTable(deployment, io)}`;
}
