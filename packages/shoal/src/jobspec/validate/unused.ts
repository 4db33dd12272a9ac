import type { Job, Service, Task, TaskGroup, VolumeRequest } from '@shoal/api';
import { type Finding, when, within } from './findings.ts';

/** What is read and kept, so that the file still says it elsewhere, but nothing is done about. */
export function unused(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  return [
    ...when([Boolean(job.Multiregion), block('multiregion'), 'Multiregion']),
    ...secretsOf(job),
    ...groups.flatMap((group, i) => within(inGroup(group), 'TaskGroups', i)),
  ];
}

function inGroup(group: TaskGroup): Finding[] {
  return [
    ...secretsOf(group),
    ...Object.entries(group.Volumes ?? {}).flatMap(([name, volume]) => within(inVolume(volume), 'Volumes', name)),
    ...(group.Networks ?? []).flatMap(({ ReservedPorts: ports }, i) =>
      (ports ?? []).flatMap((port, j) =>
        when([
          port.IgnoreCollision === true,
          setting('ignore_collision'),
          ...['Networks', i, 'ReservedPorts', j, 'IgnoreCollision'],
        ]),
      ),
    ),
    ...(group.Services ?? []).flatMap((service, i) =>
      when([isMeshed(service), block('connect'), ...['Services', i, 'Connect']]),
    ),
    ...(group.Tasks ?? []).flatMap((task, i) => within([...secretsOf(task), ...inTask(task)], 'Tasks', i)),
  ];
}

function inVolume({ Type, PerAlloc, Sticky }: VolumeRequest): Finding[] {
  if (Type === 'csi') return when([true, block('volume (of type csi)')]);
  return when(
    [PerAlloc === true, setting('per_alloc of a host volume'), 'PerAlloc'],
    [Sticky === true, setting('sticky of a host volume'), 'Sticky'],
  );
}

function inTask(task: Task): Finding[] {
  return [
    ...when(
      [Boolean(task.Schedule), block('schedule'), 'Schedule'],
      [Boolean(task.Vault), block('vault'), 'Vault'],
      [Boolean(task.CSIPluginConfig), block('csi_plugin'), 'CSIPluginConfig'],
      [(task.Identities ?? []).length > 0, block('identity'), ...['Identities', 0]],
      [Boolean(task.Resources.NUMA), block('numa'), 'Resources', 'NUMA'],
      [(task.Resources.Cores ?? 0) > 0, setting('cores'), 'Resources', 'Cores'],
      [(task.Resources.SecretsMB ?? 0) > 0, setting('secrets of resources'), 'Resources', 'SecretsMB'],
    ),
  ];
}

function isMeshed({ Connect: connect }: Service): boolean {
  const { SidecarService: sidecar, Gateway: gateway } = (connect ?? {}) as Record<string, unknown>;
  return Boolean(sidecar ?? gateway);
}

function secretsOf({ Secrets: secrets }: Pick<Job, 'Secrets'>): Finding[] {
  return when([(secrets ?? []).length > 0, block('secret'), ...['Secrets', 0]]);
}

const block = (name: string) => `${name} blocks are kept, but have no effect in Shoal`;
const setting = (name: string) => `${name} is kept, but has no effect in Shoal`;
