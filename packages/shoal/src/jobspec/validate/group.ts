import type { Job, TaskGroup, VolumeRequest } from '@shoal/api';
import { nested, nestedEach, quoted, repeated, when } from './findings.ts';
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

export function validateGroup(group: TaskGroup, job: Job): string[] {
  const groupPorts = portLabels(group);
  const tasks = group.Tasks ?? [];
  return [
    ...when(
      [group.Name === '', 'Missing task group name'],
      [group.Name.includes('\0'), 'Task group name cannot include null characters'],
      [group.Count < 0, "Task group count can't be negative"],
      [tasks.length === 0, 'Missing tasks for task group'],
      [(group.ShutdownDelay ?? 0) < 0, 'ShutdownDelay must be a positive value'],
      [(group.StopAfterClientDisconnect ?? 0) < 0, 'stop_after_client_disconnect must be a positive value'],
      [(group.MaxClientDisconnect ?? 0) < 0, 'max_client_disconnect cannot be negative'],
    ),
    ...validatePlacement(group, job.Type),
    ...validatePolicies(group, job),
    ...nested('Task group network validation failed: ', validateGroupNetworks(group)),
    ...nested('Task group service validation failed: ', validateServices(group.Services, groupPorts)),
    ...nested('Task group volume validation failed: ', validateVolumes(group.Volumes ?? {})),
    ...validateTaskNames(group),
    ...nestedEach(
      tasks,
      (_n, task) => `Task ${task.Name} validation failed: `,
      (task) => validateTask(task, { jobType: job.Type, group, groupPorts }),
    ),
  ];
}

function validatePolicies(group: TaskGroup, job: Job): string[] {
  return [
    ...nested('', validateRestart(group.RestartPolicy, `TaskGroup ${group.Name}`)),
    ...nested('', group.ReschedulePolicy && usesReschedule(job) ? validateReschedule(group.ReschedulePolicy) : []),
    ...nested('', validateEphemeralDisk(group.EphemeralDisk)),
    ...validateGroupUpdate(group, job),
    ...validateGroupMigrate(group, job),
    ...(group.Scaling
      ? nested('Task group scaling policy validation failed: ', validateScaling(group.Scaling, group.Count))
      : []),
  ];
}

function usesReschedule(job: Job): boolean {
  return job.Type === 'service' || job.Type === 'batch';
}

function validateGroupUpdate(group: TaskGroup, job: Job): string[] {
  if (group.Update === null) return [];
  if (job.Type !== 'service' && job.Type !== 'system')
    return [`Job type ${quoted(job.Type)} does not allow update block`];
  return nested('', validateUpdate(group.Update));
}

function validateGroupMigrate(group: TaskGroup, job: Job): string[] {
  if (group.Migrate === null) return [];
  if (job.Type !== 'service') return [`Job type ${quoted(job.Type)} does not allow migrate block`];
  return nested('Migrate block validation failed: ', validateMigrate(group.Migrate));
}

/** A group's ports and its tasks' share one space: they are on the same host. */
function validateGroupNetworks(group: TaskGroup): string[] {
  const taken = noPorts();
  const ownErrors = validateNetworks(group.Networks, 'taskgroup network', taken);
  const tasks = group.Tasks ?? [];
  const ofTasks = tasks.flatMap((task) => {
    const seen = { labels: new Map(taken.labels), statics: taken.statics };
    return validateNetworks(task.Resources.Networks, `task ${task.Name} network`, seen);
  });
  return [...new Set([...ownErrors, ...ofTasks])];
}

function portLabels(group: TaskGroup): Set<string> {
  const networks = group.Networks ?? [];
  const ports = networks.flatMap((each) => [...(each.ReservedPorts ?? []), ...(each.DynamicPorts ?? [])]);
  return new Set(ports.map((port) => port.Label));
}

function validateVolumes(volumes: Record<string, VolumeRequest>): string[] {
  return Object.entries(volumes).flatMap(([name, volume]) =>
    when(
      [!['host', 'csi'].includes(volume.Type), `Volume ${name} has unrecognised type ${volume.Type}`],
      [volume.Source === '', `Volume ${name} has an empty source`],
    ),
  );
}

function validateTaskNames(group: TaskGroup): string[] {
  const tasks = group.Tasks ?? [];
  const leaders = tasks.filter((task) => task.Leader);
  return [
    ...repeated(tasks.map((task) => task.Name)).map(
      ({ name, first, again }) => `Task ${again} redefines '${name}' from task ${first}`,
    ),
    ...when([leaders.length > 1, 'Only one task may be marked as leader']),
  ];
}
