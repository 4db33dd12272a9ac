import type { Job, NetworkResource, Task, TaskGroup } from '@shoal/api';
import { type Finding, nestedEach, quoted, when } from './findings.ts';
import { unused } from './unused.ts';

/** What works, but probably not as meant, or not for long. */
export function jobWarnings(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  return [
    ...nestedEach(groups, 'TaskGroups', (_n, group) => `Group ${quoted(group.Name)} has warnings: `, groupWarnings),
    ...autoPromoteWarning(groups),
    ...unused(job),
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
    ...nameServerWarnings(group),
  ];
}

/** Tasks without a network of their own have the resolver of their machine; which is what they need, once it knows the cluster's domain. */
function nameServerWarnings({ Networks, Tasks }: TaskGroup): Finding[] {
  const at = (Networks ?? []).findIndex(({ DNS, Mode }) => Boolean(DNS) && (Mode === '' || Mode === 'host'));
  const onHost = (Tasks ?? []).filter(({ Driver }) => Driver === 'raw_exec').map(({ Name }) => quoted(Name));
  return when([
    at >= 0 && onHost.length > 0,
    `network.dns has no effect on tasks of the raw_exec driver (${onHost.join(', ')}): they use the resolver of their machine, which "shoal dns setup" makes find names of the cluster`,
    ...['Networks', at, 'DNS'],
  ]);
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
