import type { ConsulUse, Job, Service, Task, TaskGroup, VolumeRequest } from '@shoal/api';
import { type Finding, when, within } from './findings.ts';

/** What is read and kept, so that the file still says it elsewhere, but nothing is done about. */
export function unused(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  return [
    ...when([Boolean(job.Multiregion), block('multiregion', 'run the job in each region by itself'), 'Multiregion']),
    ...secretsOf(job),
    ...groups.flatMap((group, i) => within(inGroup(group), 'TaskGroups', i)),
  ];
}

function inGroup(group: TaskGroup): Finding[] {
  return [
    ...secretsOf(group),
    ...inConsul(group.Consul),
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
    ...(group.Services ?? []).flatMap((service, i) => within(inService(service), 'Services', i)),
    ...(group.Tasks ?? []).flatMap((task, i) => within([...secretsOf(task), ...inTask(task)], 'Tasks', i)),
  ];
}

function inVolume({ Type, PerAlloc, Sticky }: VolumeRequest): Finding[] {
  if (Type === 'csi') return when([true, block('volume (of type csi)', HOST_VOLUMES)]);
  return when(
    [PerAlloc === true, setting('per_alloc of a host volume'), 'PerAlloc'],
    [Sticky === true, setting('sticky of a host volume'), 'Sticky'],
  );
}

function inTask(task: Task): Finding[] {
  return [
    ...when(
      [Boolean(task.Schedule), block('schedule', 'a job with a periodic block starts at set times'), 'Schedule'],
      [Boolean(task.Vault), `a task with a vault block does not start in Shoal: ${VARIABLES}`, 'Vault'],
      [Boolean(task.CSIPluginConfig), block('csi_plugin', HOST_VOLUMES), 'CSIPluginConfig'],
      [Boolean(task.Resources.NUMA), block('numa'), 'Resources', 'NUMA'],
      [(task.Resources.Cores ?? 0) > 0, setting('cores'), 'Resources', 'Cores'],
      [(task.Resources.SecretsMB ?? 0) > 0, setting('secrets of resources'), 'Resources', 'SecretsMB'],
    ),
    ...(task.VolumeMounts ?? []).flatMap(({ SELinuxLabel: label }, i) =>
      when([Boolean(label), setting('selinux_label of volume_mount'), ...['VolumeMounts', i, 'SELinuxLabel']]),
    ),
    ...inConsul(task.Consul),
    ...(task.Services ?? []).flatMap((service, i) => within(inService(service), 'Services', i)),
  ];
}

function inService(service: Service): Finding[] {
  return when(
    [
      isMeshed(service),
      block('connect', 'tasks find services by DNS and templates, and the edge balances them'),
      'Connect',
    ],
    [
      Boolean(service.Identity),
      block('identity (of a service)', 'the catalog takes services without a token'),
      'Identity',
    ],
  );
}

function inConsul(consul: ConsulUse | undefined | null): Finding[] {
  const isOther = (word: string | undefined) => Boolean(word) && word !== 'default';
  return ['Cluster', 'Namespace', 'Partition'].flatMap((field) =>
    when([
      isOther(consul?.[field as keyof ConsulUse]),
      setting(`${field.toLowerCase()} of consul`, 'a cluster has one catalog'),
      ...['Consul', field],
    ]),
  );
}

function isMeshed({ Connect: connect }: Service): boolean {
  const { SidecarService: sidecar, Gateway: gateway } = (connect ?? {}) as Record<string, unknown>;
  return Boolean(sidecar ?? gateway);
}

function secretsOf({ Secrets: secrets }: Pick<Job, 'Secrets'>): Finding[] {
  return when([(secrets ?? []).length > 0, block('secret', VARIABLES), ...['Secrets', 0]]);
}

const VARIABLES = 'keep secrets in variables ("var put"), and read them with nomadVar in a template';
const HOST_VOLUMES = 'use a volume of type host, or mount of the docker driver';

const because = (instead: string | undefined) => (instead === undefined ? '' : `: ${instead}`);
const block = (name: string, instead?: string) =>
  `${name} blocks are kept, but have no effect in Shoal${because(instead)}`;
const setting = (name: string, instead?: string) => `${name} is kept, but has no effect in Shoal${because(instead)}`;
