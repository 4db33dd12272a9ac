import type { Resources, Task, TaskGroup, VolumeMount } from '@shoal/api';
import { type Finding, finding, nested, nestedEach, quoted, repeated, when, within } from './findings.ts';
import { noPorts, validateNetworks } from './network.ts';
import { validatePlacement } from './placement.ts';
import { validateLogs, validateRestart } from './policies.ts';
import { escapesAllocation } from './sandbox-path.ts';
import { validateServices } from './service.ts';
import { validateTaskBlocks } from './task-blocks.ts';
import { validateArtifact, validateTemplate } from './task-files.ts';

export type TaskPlace = { jobType: string; group: TaskGroup; groupPorts: ReadonlySet<string> };

export function validateTask(task: Task, place: TaskPlace): Finding[] {
  return [
    ...when(
      [task.Name === '', 'Missing task name'],
      [/[/\\]/.test(task.Name), 'Task name cannot include slashes', 'Name'],
      [task.Name.includes('\0'), 'Task name cannot include null characters'],
      [task.Driver === '', 'Missing task driver', 'Driver'],
      [task.KillTimeout < 0, 'KillTimeout must be a positive value', 'KillTimeout'],
      [task.ShutdownDelay < 0, 'ShutdownDelay must be a positive value', 'ShutdownDelay'],
    ),
    ...within(validateResources(task.Resources), 'Resources'),
    ...within(validateLogs(task.LogConfig, place.group.EphemeralDisk), 'LogConfig'),
    ...groupOnlyConstraints(task),
    ...validatePlacement(task, place.jobType),
    ...within(
      validateServices(task.Services, portsFor(task, place.groupPorts), { group: place.group, task: task.Name }),
      'Services',
    ),
    ...(hasOwnRestart(task, place.group)
      ? within(validateRestart(task.RestartPolicy, `task ${task.Name}`), 'RestartPolicy')
      : []),
    ...nestedEach(task.Artifacts, 'Artifacts', (n) => `Artifact ${n} validation failed: `, validateArtifact),
    ...nestedEach(task.Templates, 'Templates', (n) => `Template ${n} validation failed: `, validateTemplate),
    ...sameDestinations(task),
    ...within(validateLifecycle(task), 'Lifecycle'),
    ...validateDispatchPayload(task),
    ...validateVault(task),
    ...nested('CSI plugin validation failed: ', validatePlugin(task), 'CSIPluginConfig'),
    ...validateTaskBlocks(task),
    ...within(validateMounts(task.VolumeMounts ?? [], place.group), 'VolumeMounts'),
  ];
}

/** What a group's policy does wrong is said once, for the group. */
function hasOwnRestart(task: Task, group: TaskGroup): boolean {
  return JSON.stringify(task.RestartPolicy) !== JSON.stringify(group.RestartPolicy);
}

function portsFor(task: Task, groupPorts: ReadonlySet<string>): ReadonlySet<string> {
  const own = (task.Resources.Networks ?? []).flatMap((network) => [
    ...(network.ReservedPorts ?? []),
    ...(network.DynamicPorts ?? []),
  ]);
  return new Set([...groupPorts, ...own.map((port) => port.Label)]);
}

function validateResources(resources: Resources): Finding[] {
  const cores = resources.Cores ?? 0;
  const most = resources.MemoryMaxMB ?? 0;
  return [
    ...when(
      [cores > 0 && resources.CPU > 0, "Task can only ask for 'cpu' or 'cores' resource, not both.", 'CPU'],
      [cores < 0, `minimum cores value is 1; got ${cores}`, 'Cores'],
      [cores === 0 && resources.CPU < 1, `minimum CPU value is 1; got ${resources.CPU}`, 'CPU'],
      [resources.MemoryMB < 10, `minimum MemoryMB value is 10; got ${resources.MemoryMB}`, 'MemoryMB'],
      [
        most > 0 && most < resources.MemoryMB,
        `MemoryMaxMB value (${most}) should be larger than MemoryMB value (${resources.MemoryMB})`,
        'MemoryMaxMB',
      ],
      [(resources.DiskMB ?? 0) < 0, `DiskMB can not be less than zero: ${resources.DiskMB}`, 'DiskMB'],
    ),
    ...within(validateNetworks(resources.Networks, 'task network', noPorts()), 'Networks'),
    ...nestedEach(
      resources.Devices,
      'Devices',
      (n) => `device ${n} validation failed: `,
      (device) => [
        ...when([
          device.Name === '',
          'device name must be given as one of the following: type, vendor/type, or vendor/type/name',
        ]),
        ...when([device.Count < 1, `device count must be at least 1; got ${device.Count}`, 'Count']),
        ...validatePlacement(device, 'service'),
      ],
    ),
  ];
}

/** `distinct_*` compare allocations with each other; a task is never placed alone. */
function groupOnlyConstraints(task: Task): Finding[] {
  return (task.Constraints ?? []).flatMap(({ Operand: operand }, i) =>
    when([
      operand.startsWith('distinct_'),
      `Constraint ${operand} is not allowed in a task: move it to the group or job`,
      ...['Constraints', i],
    ]),
  );
}

function sameDestinations(task: Task): Finding[] {
  return repeated((task.Templates ?? []).map((each) => each.DestPath)).map(({ first, again }) =>
    finding(`Template ${again} has same destination as ${first}`, 'Templates', again - 1),
  );
}

function validateLifecycle(task: Task): Finding[] {
  const hook = task.Lifecycle?.Hook ?? '';
  const isKnown = ['', 'prestart', 'poststart', 'poststop'].includes(hook);
  return when(
    [!isKnown, `Lifecycle validation failed: invalid hook: ${hook}`, 'Hook'],
    [task.Leader && hook !== '', 'Leader task must not have lifecycle specified'],
    [
      hook === 'poststop' && task.Lifecycle?.Sidecar === true,
      'Lifecycle validation failed: a poststop task cannot be a sidecar',
      'Sidecar',
    ],
  );
}

function validateDispatchPayload(task: Task): Finding[] {
  if (task.DispatchPayload === null) return [];
  return nested(
    'Dispatch Payload validation failed: ',
    when([escapesAllocation(`local/${task.DispatchPayload.File}`), 'Destination escapes allocation directory', 'File']),
    'DispatchPayload',
  );
}

function validateVault({ Vault: vault }: Task): Finding[] {
  if (vault === null) return [];
  return nested(
    'Vault validation failed: ',
    when(
      [
        !['noop', 'restart', 'signal'].includes(vault.ChangeMode),
        `Unknown change mode ${quoted(vault.ChangeMode)}`,
        'ChangeMode',
      ],
      [
        vault.ChangeMode === 'signal' && vault.ChangeSignal === '',
        `Signal must be specified when using change mode "signal"`,
      ],
      [(vault.Policies ?? []).includes('root'), 'Can not specify "root" policy', 'Policies'],
    ),
    'Vault',
  );
}

const PLUGIN_TYPES = ['node', 'controller', 'monolith'];

function validatePlugin({ CSIPluginConfig: plugin }: Task): Finding[] {
  if (!plugin) return [];
  const type = String(plugin['Type'] ?? '');
  return when(
    [!plugin['ID'], 'id must be specified'],
    [!PLUGIN_TYPES.includes(type), `type must be "node", "controller" or "monolith"; not ${quoted(type)}`, 'Type'],
  );
}

function validateMounts(mounts: VolumeMount[], group: TaskGroup): Finding[] {
  return mounts.flatMap((mount, i) =>
    when(
      [mount.Volume === '', `Volume Mount (${i}) references an empty volume`, i],
      [
        mount.Volume !== '' && !Object.hasOwn(group.Volumes ?? {}, mount.Volume),
        `Volume Mount (${i}) references undefined volume ${mount.Volume}`,
        ...[i, 'Volume'],
      ],
      [mount.Destination === '', `Volume Mount (${i}) has no destination`, i],
      [
        !['private', 'host-to-task', 'bidirectional'].includes(mount.PropagationMode),
        `Volume Mount (${i}) has an invalid propagation mode: ${quoted(mount.PropagationMode)}`,
        ...[i, 'PropagationMode'],
      ],
    ),
  );
}
