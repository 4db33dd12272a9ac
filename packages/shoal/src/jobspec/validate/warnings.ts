import type { Job, NetworkResource, Task, TaskGroup } from '@shoal/api';
import { type Finding, nestedEach, quoted, when } from './findings.ts';

/** What works, but probably not as meant, or not for long. */
export function jobWarnings(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  return [
    ...nestedEach(groups, 'TaskGroups', (_n, group) => `Group ${quoted(group.Name)} has warnings: `, groupWarnings),
    ...autoPromoteWarning(groups),
  ];
}

function groupWarnings(group: TaskGroup): Finding[] {
  const parallel = group.Update?.MaxParallel ?? 0;
  const tasks = group.Tasks ?? [];
  return [
    ...when(
      [
        group.Count > 0 && parallel > group.Count,
        `Update max parallel count is greater than task group count (${parallel} > ${group.Count}). A destructive change would result in the simultaneous replacement of all allocations.`,
        ...['Update', 'MaxParallel'],
      ],
      [
        usesMbits(group.Networks),
        'mbits has been deprecated as of Nomad 0.12.0. Please remove mbits from the network block',
        ...['Networks', 0, 'MBits'],
      ],
    ),
    ...nestedEach(tasks, 'Tasks', () => '', taskWarnings),
  ];
}

function usesMbits(networks: NetworkResource[] | null): boolean {
  return (networks ?? []).some((network) => (network.MBits ?? 0) > 0);
}

function taskWarnings(task: Task): Finding[] {
  return when([
    (task.Resources.Networks ?? []).length > 0,
    `Task ${quoted(task.Name)}: task network resources have been deprecated as of Nomad 0.12.0. Please configure networking via group network block.`,
    ...['Resources', 'Networks', 0],
  ]);
}

function autoPromoteWarning(groups: TaskGroup[]): Finding[] {
  const canaried = groups.filter((group) => (group.Update?.Canary ?? 0) > 0);
  const promoting = canaried.filter((group) => group.Update?.AutoPromote);
  const isMixed = promoting.length > 0 && promoting.length < canaried.length;
  return when([isMixed, 'auto_promote must be true for all groups to enable automatic promotion']);
}
