import type { Job } from '@shoal/api';
import { errorText, type Finding, finding, nested, nestedEach, quoted, repeated, when } from './findings.ts';
import { validateGroup } from './group.ts';
import { validateParameterized, validatePeriodic } from './periodic.ts';
import { validatePlacement } from './placement.ts';
import { validateSecrets } from './task-blocks.ts';
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
  return { errors: findings(job).map(errorText), warnings: jobWarnings(job).map(errorText) };
}

const TYPES = ['service', 'batch', 'system', 'sysbatch'];

/** The same with the way to each, for those who can show the place. */
export function findings(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  const datacenters = job.Datacenters ?? [];
  return [
    ...when(
      [job.Region === '', 'Missing job region', 'Region'],
      [job.ID === '', 'Missing job ID'],
      [/\s/.test(job.ID), 'Job ID contains a space', 'ID'],
      [job.ID.includes('\0'), 'Job ID contains a null character', 'ID'],
      [job.Name === '', 'Missing job name'],
      [job.Name.includes('\0'), 'Job Name contains a null character', 'Name'],
      [job.Namespace === '', 'Job must be in a namespace', 'Namespace'],
      [!TYPES.includes(job.Type), `Invalid job type: ${quoted(job.Type)}`, 'Type'],
      [!(job.Priority >= 1 && job.Priority <= 100), 'Job priority must be between [1, 100]', 'Priority'],
      [datacenters.length === 0, 'Missing job datacenters', 'Datacenters'],
      [datacenters.includes(''), 'Job datacenter must be non-empty string', 'Datacenters'],
      [groups.length === 0, 'Missing job task groups'],
    ),
    ...validatePlacement(job, job.Type),
    ...validateGroupNames(job),
    ...nestedEach(
      groups,
      'TaskGroups',
      (_n, group) => `Task group ${group.Name} validation failed: `,
      (group) => validateGroup(group, job),
    ),
    ...validateSecrets(job.Secrets),
    ...validateLinks(job),
    ...validateSchedule(job),
  ];
}

function validateGroupNames(job: Job): Finding[] {
  const groups = job.TaskGroups ?? [];
  const isSystem = job.Type === 'system' || job.Type === 'sysbatch';
  return [
    ...groups.flatMap((group, i) => when([group.Name === '', `Job task group ${i + 1} missing name`, 'TaskGroups', i])),
    ...repeated(groups.map((group) => group.Name)).map(({ name, first, again }) =>
      finding(`Job task group ${again} redefines '${name}' from group ${first}`, 'TaskGroups', again - 1),
    ),
    ...groups.flatMap(({ Name: name, Count: count }, i) =>
      when([
        isSystem && count > 1,
        `Job task group ${name} has count ${count}. Count cannot exceed 1 with system scheduler`,
        ...['TaskGroups', i, 'Count'],
      ]),
    ),
  ];
}

/** Job specification, ui: a link has both. */
function validateLinks({ UI: ui }: Job): Finding[] {
  return (ui?.Links ?? []).flatMap(({ Label: label, URL: url }, i) =>
    when([!label || !url, `Link ${i + 1} of the ui block must have a label and a url`, 'UI', 'Links', i]),
  );
}

function validateSchedule(job: Job): Finding[] {
  const isBatch = job.Type === 'batch' || job.Type === 'sysbatch';
  const { Periodic: periodic, ParameterizedJob: parameterized } = job;
  return [
    ...when([
      periodic !== null && !isBatch,
      'Periodic can only be used with "batch" or "sysbatch" scheduler',
      'Periodic',
    ]),
    ...(periodic ? nested('', validatePeriodic(periodic), 'Periodic') : []),
    ...when([
      parameterized !== null && !isBatch,
      'Parameterized job can only be used with "batch" or "sysbatch" scheduler',
      'ParameterizedJob',
    ]),
    ...(parameterized ? nested('', validateParameterized(parameterized), 'ParameterizedJob') : []),
  ];
}
