import type { Job, NetworkResource, Task, TaskGroup } from '@shoal/api';
import { nested, quoted, when } from './findings.ts';

/** What works, but probably not as meant, or not for long. */
export function jobWarnings(job: Job): string[] {
  const groups = job.TaskGroups ?? [];
  return [
    ...groups.flatMap((group) => nested(`Group ${quoted(group.Name)} has warnings: `, groupWarnings(group))),
    ...autoPromoteWarning(groups),
  ];
}

function groupWarnings(group: TaskGroup): string[] {
  const parallel = group.Update?.MaxParallel ?? 0;
  const tasks = group.Tasks ?? [];
  return [
    ...when(
      [
        group.Count > 0 && parallel > group.Count,
        `Update max parallel count is greater than task group count (${parallel} > ${group.Count}). A destructive change would result in the simultaneous replacement of all allocations.`,
      ],
      [
        usesMbits(group.Networks),
        'mbits has been deprecated as of Nomad 0.12.0. Please remove mbits from the network block',
      ],
    ),
    ...tasks.flatMap((task) => nested('', taskWarnings(task))),
  ];
}

function usesMbits(networks: NetworkResource[] | null): boolean {
  return (networks ?? []).some((network) => (network.MBits ?? 0) > 0);
}

function taskWarnings(task: Task): string[] {
  return when([
    (task.Resources.Networks ?? []).length > 0,
    `Task ${quoted(task.Name)}: task network resources have been deprecated as of Nomad 0.12.0. Please configure networking via group network block.`,
  ]);
}

function autoPromoteWarning(groups: TaskGroup[]): string[] {
  const canaried = groups.filter((group) => (group.Update?.Canary ?? 0) > 0);
  const promoting = canaried.filter((group) => group.Update?.AutoPromote);
  const isMixed = promoting.length > 0 && promoting.length < canaried.length;
  return when([isMixed, 'auto_promote must be true for all groups to enable automatic promotion']);
}
