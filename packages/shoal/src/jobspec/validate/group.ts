import type { Job, TaskGroup, VolumeRequest } from '@shoal/api';
import { type Finding, finding, nested, nestedEach, quoted, repeated, when, within } from './findings.ts';
import { mixedProviders } from './native-service.ts';
import { noPorts, validateNetworks } from './network.ts';
import { validatePlacement } from './placement.ts';
import {
  validateEphemeralDisk,
  validateMigrate,
  validateReschedule,
  validateRestart,
  validateScaling,
  validateUpdate,
} from './policies.ts';
import { validateServices } from './service.ts';
import { validateTask } from './task.ts';
import { validateSecrets } from './task-blocks.ts';

export function validateGroup(group: TaskGroup, job: Job): Finding[] {
  const groupPorts = portLabels(group);
  const tasks = group.Tasks ?? [];
  return [
    ...when(
      [group.Name === '', 'Missing task group name'],
      [group.Name.includes('\0'), 'Task group name cannot include null characters'],
      [group.Count < 0, "Task group count can't be negative", 'Count'],
      [tasks.length === 0 && !isGateway(group), 'Missing tasks for task group'],
      [(group.ShutdownDelay ?? 0) < 0, 'ShutdownDelay must be a positive value', 'ShutdownDelay'],
      [
        (group.StopAfterClientDisconnect ?? 0) < 0,
        'stop_after_client_disconnect must be a positive value',
        'StopAfterClientDisconnect',
      ],
      [(group.MaxClientDisconnect ?? 0) < 0, 'max_client_disconnect cannot be negative', 'MaxClientDisconnect'],
    ),
    ...validateRunDuration(group, job),
    ...nested('Disconnect validation failed: ', validateDisconnect(group), 'Disconnect'),
    ...validateSecrets(group.Secrets),
    ...validatePlacement(group, job.Type),
    ...validatePolicies(group, job),
    ...nested('Task group network validation failed: ', validateGroupNetworks(group)),
    ...nested(
      'Task group service validation failed: ',
      validateServices(group.Services, groupPorts, { group }),
      'Services',
    ),
    ...mixedProviders(group),
    ...nested('Task group volume validation failed: ', validateVolumes(group.Volumes ?? {}), 'Volumes'),
    ...validateTaskNames(group),
    ...nestedEach(
      tasks,
      'Tasks',
      (_n, task) => `Task ${task.Name} validation failed: `,
      (task) => validateTask(task, { jobType: job.Type, group, groupPorts }),
    ),
  ];
}

function validateRunDuration({ MaxRunDuration: most }: TaskGroup, { Type: type }: Job): Finding[] {
  if (most === undefined || most === null) return [];
  const ends = type === 'batch' || type === 'sysbatch';
  return when(
    [most <= 0, 'max_run_duration must be a positive value', 'MaxRunDuration'],
    [!ends, `max_run_duration is for batch and sysbatch jobs; this one is of type ${quoted(type)}`, 'MaxRunDuration'],
  );
}

/** A gateway's task comes by itself. */
function isGateway({ Services: services }: TaskGroup): boolean {
  return (services ?? []).some(({ Connect: connect }) => Boolean((connect as { Gateway?: unknown } | null)?.Gateway));
}

function validatePolicies(group: TaskGroup, job: Job): Finding[] {
  return [
    ...nested('', validateRestart(group.RestartPolicy, `TaskGroup ${group.Name}`), 'RestartPolicy'),
    ...nested(
      '',
      group.ReschedulePolicy && usesReschedule(job) ? validateReschedule(group.ReschedulePolicy) : [],
      'ReschedulePolicy',
    ),
    ...nested('', validateEphemeralDisk(group.EphemeralDisk), 'EphemeralDisk'),
    ...validateGroupUpdate(group, job),
    ...validateGroupMigrate(group, job),
    ...(group.Scaling
      ? nested('Task group scaling policy validation failed: ', validateScaling(group.Scaling, group.Count), 'Scaling')
      : []),
  ];
}

const RECONCILE = ['best_score', 'keep_original', 'keep_replacement', 'longest_running'];

function validateDisconnect({ Disconnect: disconnect, ...group }: TaskGroup): Finding[] {
  if (!disconnect) return [];
  const { LostAfter: lost, StopOnClientAfter: stop, Reconcile: reconcile } = disconnect;
  return when(
    [(lost ?? 0) < 0, 'lost_after cannot be negative', 'LostAfter'],
    [(stop ?? 0) < 0, 'stop_on_client_after cannot be negative', 'StopOnClientAfter'],
    [
      lost !== null && stop !== null,
      'only one of lost_after and stop_on_client_after can be used',
      'StopOnClientAfter',
    ],
    [
      reconcile !== null && !RECONCILE.includes(reconcile),
      `reconcile must be one of ${RECONCILE.map(quoted).join(', ')}; not ${quoted(reconcile ?? '')}`,
      'Reconcile',
    ],
    [
      (group.MaxClientDisconnect ?? null) !== null || group.StopAfterClientDisconnect !== null,
      'max_client_disconnect and stop_after_client_disconnect are the older words: use them or disconnect, not both',
    ],
  );
}

function usesReschedule(job: Job): boolean {
  return job.Type === 'service' || job.Type === 'batch';
}

function validateGroupUpdate(group: TaskGroup, job: Job): Finding[] {
  if (group.Update === null) return [];
  if (job.Type !== 'service' && job.Type !== 'system')
    return [finding(`Job type ${quoted(job.Type)} does not allow update block`, 'Update')];
  return [...nested('', validateUpdate(group.Update), 'Update'), ...canariesOfOwnVolumes(group)];
}

/** A canary and what it is to replace would have one volume (job specification, update: canary). */
function canariesOfOwnVolumes({ Update: update, Volumes: volumes }: TaskGroup): Finding[] {
  const owned = Object.entries(volumes ?? {}).find(([, { PerAlloc }]) => PerAlloc);
  return when([
    owned !== undefined && (update?.Canary ?? 0) > 0,
    `Volume ${owned?.[0]} with per_alloc = true cannot be used with canaries`,
    ...['Update', 'Canary'],
  ]);
}

function validateGroupMigrate(group: TaskGroup, job: Job): Finding[] {
  if (group.Migrate === null) return [];
  if (job.Type !== 'service') return [finding(`Job type ${quoted(job.Type)} does not allow migrate block`, 'Migrate')];
  return nested('Migrate block validation failed: ', validateMigrate(group.Migrate), 'Migrate');
}

/** A group's ports and its tasks' share one space: they are on the same host. */
function validateGroupNetworks(group: TaskGroup): Finding[] {
  const taken = noPorts();
  const own = within(validateNetworks(group.Networks, 'taskgroup network', taken), 'Networks');
  const ofTasks = (group.Tasks ?? []).flatMap((task, i) => {
    const seen = { labels: new Map(taken.labels), statics: taken.statics };
    const found = validateNetworks(task.Resources.Networks, `task ${task.Name} network`, seen);
    return within(found, 'Tasks', i, 'Resources', 'Networks');
  });
  return [...new Map([...own, ...ofTasks].map((each) => [each.text, each])).values()];
}

function portLabels(group: TaskGroup): Set<string> {
  const networks = group.Networks ?? [];
  const ports = networks.flatMap((each) => [...(each.ReservedPorts ?? []), ...(each.DynamicPorts ?? [])]);
  return new Set(ports.map((port) => port.Label));
}

function validateVolumes(volumes: Record<string, VolumeRequest>): Finding[] {
  return Object.entries(volumes).flatMap(([name, volume]) =>
    when(
      [!['host', 'csi'].includes(volume.Type), `Volume ${name} has unrecognised type ${volume.Type}`, name, 'Type'],
      [volume.Source === '', `Volume ${name} has an empty source`, name],
    ),
  );
}

function validateTaskNames(group: TaskGroup): Finding[] {
  const tasks = group.Tasks ?? [];
  const leaders = tasks.filter((task) => task.Leader);
  return [
    ...repeated(tasks.map((task) => task.Name)).map(({ name, first, again }) =>
      finding(`Task ${again} redefines '${name}' from task ${first}`, 'Tasks', again - 1),
    ),
    ...when([leaders.length > 1, 'Only one task may be marked as leader']),
  ];
}
