import type { Job } from '@shoal/api';
import { nested, nestedEach, quoted, repeated, when } from './findings.ts';
import { validateGroup } from './group.ts';
import { validateParameterized, validatePeriodic } from './periodic.ts';
import { validatePlacement } from './placement.ts';
import { jobWarnings } from './warnings.ts';

export type Validation = {
  /** Each may be several lines long: a part's errors are nested in it. `formatErrors` makes the API's text of all. */
  errors: string[];
  /** `formatWarnings` makes the API's text of them. */
  warnings: string[];
};

/**
 * What a server checks when a canonical job is registered, all findings at once, in Nomad's order and (where recorded) words.
 * Drivers check their own `Config`.
 */
export function validate(job: Job): Validation {
  return { errors: validateJob(job), warnings: jobWarnings(job) };
}

const TYPES = ['service', 'batch', 'system', 'sysbatch'];

function validateJob(job: Job): string[] {
  const groups = job.TaskGroups ?? [];
  const datacenters = job.Datacenters ?? [];
  return [
    ...when(
      [job.Region === '', 'Missing job region'],
      [job.ID === '', 'Missing job ID'],
      [/\s/.test(job.ID), 'Job ID contains a space'],
      [job.ID.includes('\0'), 'Job ID contains a null character'],
      [job.Name === '', 'Missing job name'],
      [job.Name.includes('\0'), 'Job Name contains a null character'],
      [job.Namespace === '', 'Job must be in a namespace'],
      [!TYPES.includes(job.Type), `Invalid job type: ${quoted(job.Type)}`],
      [!(job.Priority >= 1 && job.Priority <= 100), 'Job priority must be between [1, 100]'],
      [datacenters.length === 0, 'Missing job datacenters'],
      [datacenters.includes(''), 'Job datacenter must be non-empty string'],
      [groups.length === 0, 'Missing job task groups'],
    ),
    ...validatePlacement(job, job.Type),
    ...validateGroupNames(job),
    ...nestedEach(
      groups,
      (_n, group) => `Task group ${group.Name} validation failed: `,
      (group) => validateGroup(group, job),
    ),
    ...validateSchedule(job),
  ];
}

function validateGroupNames(job: Job): string[] {
  const groups = job.TaskGroups ?? [];
  const isSystem = job.Type === 'system' || job.Type === 'sysbatch';
  return [
    ...groups.flatMap((group, i) => when([group.Name === '', `Job task group ${i + 1} missing name`])),
    ...repeated(groups.map((group) => group.Name)).map(
      ({ name, first, again }) => `Job task group ${again} redefines '${name}' from group ${first}`,
    ),
    ...groups
      .filter((group) => isSystem && group.Count > 1)
      .map(
        (group) => `Job task group ${group.Name} has count ${group.Count}. Count cannot exceed 1 with system scheduler`,
      ),
  ];
}

function validateSchedule(job: Job): string[] {
  const isBatch = job.Type === 'batch' || job.Type === 'sysbatch';
  const { Periodic: periodic, ParameterizedJob: parameterized } = job;
  return [
    ...when([periodic !== null && !isBatch, 'Periodic can only be used with "batch" or "sysbatch" scheduler']),
    ...(periodic ? nested('', validatePeriodic(periodic)) : []),
    ...when([
      parameterized !== null && !isBatch,
      'Parameterized job can only be used with "batch" or "sysbatch" scheduler',
    ]),
    ...(parameterized ? nested('', validateParameterized(parameterized)) : []),
  ];
}
