import type { Job, RestartPolicy, Task, TaskGroup } from '@shoal/api';
import { group as groupStruct } from '../schema/group.ts';
import { job as jobStruct } from '../schema/job.ts';
import { task as taskStruct } from '../schema/task.ts';
import { diffFields, flatten, orNull, partsType } from './fields.ts';
import { diffBlocks } from './objects.ts';
import type { JobDiff, TaskDiff, TaskGroupDiff } from './types.ts';

/**
 * How `after` differs from `before` (`undefined`: there was no such job). Both are as stored (`toStored`).
 * Blocks that changed are shown with their unchanged fields; blocks that did not are left out.
 */
export function diff(before: Job | undefined, after: Job): JobDiff {
  const old = before ?? null;
  const fields = diffFields(flatten(old, jobStruct, SERVERS_OWN), flatten(after, jobStruct, SERVERS_OWN), false);
  const objects = diffBlocks(old, after, jobStruct, { order: JOB_BLOCKS, skip: ['TaskGroups', 'Update'] });
  const groups = matched(old?.TaskGroups, after.TaskGroups).map(([was, is]) => diffGroup(was, is));
  return {
    Type: partsType(old, after, [...fields, ...objects, ...groups]),
    ID: after.ID,
    Fields: orNull(fields),
    Objects: orNull(objects),
    TaskGroups: orNull(groups),
  };
}

/** Fields that servers write, and secrets: they are not part of what a user asks for. */
const SERVERS_OWN = [
  'ID',
  'Status',
  'StatusDescription',
  'Stable',
  'Version',
  'VersionTag',
  'SubmitTime',
  'CreateIndex',
  'ModifyIndex',
  'JobModifyIndex',
  'NomadTokenID',
  'ConsulToken',
  'VaultToken',
] as const;

const JOB_BLOCKS = ['Datacenters', 'Constraints', 'Affinities', 'Spreads', 'Periodic', 'ParameterizedJob'];
const GROUP_BLOCKS = [
  'Constraints',
  'Affinities',
  'RestartPolicy',
  'ReschedulePolicy',
  'EphemeralDisk',
  'Update',
  'Networks',
  'Services',
  'Volumes',
];
const TASK_BLOCKS = ['Constraints', 'Affinities', 'Config', 'Resources', 'LogConfig', 'DispatchPayload', 'Artifacts'];

function diffGroup(before: TaskGroup | null, after: TaskGroup | null): TaskGroupDiff {
  const skip = ['Name'];
  const fields = diffFields(flatten(before, groupStruct, skip), flatten(after, groupStruct, skip), false);
  const objects = diffBlocks(before, after, groupStruct, {
    order: GROUP_BLOCKS,
    skip: ['Tasks', ...(before && after ? [] : ['Migrate'])],
  });
  const tasks = matched(before?.Tasks, after?.Tasks).map(([was, is]) => diffTask(was, is, before, after));
  return {
    Type: partsType(before, after, [...fields, ...objects, ...tasks]),
    Name: (after ?? before)?.Name ?? '',
    Fields: orNull(fields),
    Objects: orNull(objects),
    Tasks: orNull(tasks),
    Updates: null,
  };
}

function diffTask(
  was: Task | null,
  is: Task | null,
  groupBefore: TaskGroup | null,
  groupAfter: TaskGroup | null,
): TaskDiff {
  const before = was && { ...was, RestartPolicy: ownRestart(was, groupBefore) };
  const after = is && { ...is, RestartPolicy: ownRestart(is, groupAfter) };
  const fields = diffFields(flatten(before, taskStruct, ['Name']), flatten(after, taskStruct, ['Name']), false);
  const objects = diffBlocks(before, after, taskStruct, { order: TASK_BLOCKS });
  return {
    Type: partsType(before, after, [...fields, ...objects]),
    Name: (after ?? before)?.Name ?? '',
    Fields: orNull(fields),
    Objects: orNull(objects),
    Annotations: null,
  };
}

/** A task that restarts as its group does is not said to change when its group does. */
function ownRestart(task: Task, group: TaskGroup | null): RestartPolicy | null {
  return JSON.stringify(sorted(task.RestartPolicy)) === JSON.stringify(sorted(group?.RestartPolicy))
    ? null
    : task.RestartPolicy;
}

function sorted(policy: RestartPolicy | undefined): unknown {
  return Object.entries(policy ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Those of equal names in pairs, in the order of their names. */
function matched<T extends { Name: string }>(before: T[] | null | undefined, after: T[] | null | undefined) {
  const old = new Map((before ?? []).map((each) => [each.Name, each]));
  const current = new Map((after ?? []).map((each) => [each.Name, each]));
  const names = [...new Set([...old.keys(), ...current.keys()])].sort();
  return names.map((name): [T | null, T | null] => [old.get(name) ?? null, current.get(name) ?? null]);
}
