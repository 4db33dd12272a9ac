import type { Job, NetworkResource, Service, Task, TaskGroup } from '@shoal/api';
import { type Finding, nestedEach, quoted, when, within } from './findings.ts';

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
  const at = (Networks ?? []).findIndex(({ DNS }) => Boolean(DNS));
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

/** What is read and kept, so that the file still says it elsewhere, but nothing is done about. */
function unused(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  return [
    ...when([Boolean(job.Multiregion), unusedText('multiregion'), 'Multiregion']),
    ...secretsOf(job),
    ...groups.flatMap((group, i) => within(unusedInGroup(group), 'TaskGroups', i)),
  ];
}

function unusedInGroup(group: TaskGroup): Finding[] {
  return [
    ...secretsOf(group),
    ...(group.Services ?? []).flatMap((service, i) =>
      when([isMeshed(service), unusedText('connect'), ...['Services', i, 'Connect']]),
    ),
    ...(group.Tasks ?? []).flatMap((task, i) => within([...secretsOf(task), ...unusedInTask(task)], 'Tasks', i)),
  ];
}

function unusedInTask(task: Task): Finding[] {
  return when(
    [Boolean(task.Schedule), unusedText('schedule'), 'Schedule'],
    [Boolean(task.Resources.NUMA), unusedText('numa'), 'Resources', 'NUMA'],
  );
}

function isMeshed({ Connect: connect }: Service): boolean {
  const { SidecarService: sidecar, Gateway: gateway } = (connect ?? {}) as Record<string, unknown>;
  return Boolean(sidecar ?? gateway);
}

function secretsOf({ Secrets: secrets }: Pick<Job, 'Secrets'>): Finding[] {
  return when([(secrets ?? []).length > 0, unusedText('secret'), ...['Secrets', 0]]);
}

function unusedText(block: string): string {
  return `${block} blocks are kept, but have no effect in Shoal`;
}
