import type { Deployment } from '@shoal/api';
import { deploymentCounts, progressDeadline } from '../deployment-view.ts';
import type { Read } from '../read.ts';
import type { DeploymentRow } from '../rows.ts';

const ZERO_TIME = '0001-01-01T00:00:00Z';

/** A deployment as the API shows it: its row with the counts of its allocations. */
export function composeDeployment(read: Read, row: DeploymentRow): Deployment {
  const { tables } = read.state;
  const allocs = read.by(tables.allocs, 'deployment', row.ID);
  const reports = allocs.map(({ ID }) => read.get(tables.allocStatus, ID)?.ModifyIndex ?? 0);
  const { CreateTime: _, TaskGroups, ...own } = row;
  const groups = [...deploymentCounts(tables, row)].map(([name, counts]) => {
    const deadline = progressDeadline(row, name, counts);
    const state = {
      ...(TaskGroups[name] as DeploymentRow['TaskGroups'][string]),
      RequireProgressBy: deadline === undefined ? ZERO_TIME : new Date(deadline).toISOString(),
      PlacedCanaries: counts.canaries.length > 0 ? counts.canaries : null,
      PlacedAllocs: counts.placed,
      HealthyAllocs: counts.healthy,
      UnhealthyAllocs: counts.unhealthy,
    };
    return [name, state] as const;
  });
  return {
    ...own,
    IsMultiregion: false,
    TaskGroups: Object.fromEntries(groups),
    ModifyIndex: Math.max(row.ModifyIndex, ...allocs.map(({ ModifyIndex }) => ModifyIndex), ...reports),
  };
}
