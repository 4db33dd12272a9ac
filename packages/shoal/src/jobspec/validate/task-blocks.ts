import type { Action, Secret, Task, WorkloadIdentity } from '@shoal/api';
import { type Finding, finding, nested, nestedEach, quoted, repeated, when, within } from './findings.ts';
import { escapesAllocation } from './sandbox-path.ts';

/** What later versions of the job specification have added to tasks. */
export function validateTaskBlocks(task: Task): Finding[] {
  return [
    ...validateIdentities(task.Identities ?? []),
    ...sameNames(task.Actions ?? [], 'Actions', 'Action'),
    ...nestedEach(task.Actions, 'Actions', (_n, { Name }) => `Action ${Name} validation failed: `, validateAction),
    ...validateSecrets(task.Secrets),
    ...nested('Schedule validation failed: ', validateSchedule(task), 'Schedule'),
    ...validateNuma(task),
  ];
}

function validateIdentities(identities: readonly WorkloadIdentity[]): Finding[] {
  return [
    ...repeated(identities.map(({ Name }) => Name || 'default')).map(({ name, again }) =>
      finding(`Identity ${quoted(name)} is defined twice: each needs a name of its own`, 'Identities', again - 1),
    ),
    ...identities.flatMap((identity, i) => within(validateIdentity(identity), 'Identities', i)),
  ];
}

export function validateIdentity(identity: WorkloadIdentity): Finding[] {
  const { Name: name, ChangeMode: mode, ChangeSignal: signal, TTL: ttl, Filepath: file } = identity;
  return when(
    [
      name !== '' && !/^[A-Za-z0-9_-]{1,128}$/.test(name),
      `Identity name ${quoted(name)} is not allowed: up to 128 letters, digits, "-" and "_"`,
      'Name',
    ],
    [escapesAllocation(file ?? ''), `Identity filepath ${quoted(file ?? '')} escapes allocation directory`, 'Filepath'],
    [
      !['', 'noop', 'restart', 'signal'].includes(mode),
      `Identity change_mode must be "noop", "restart" or "signal"; not ${quoted(mode)}`,
      'ChangeMode',
    ],
    [mode === 'signal' && signal === '', 'Identity change_signal must be set when change_mode is "signal"'],
    [mode !== 'signal' && signal !== '', 'Identity change_signal needs change_mode = "signal"', 'ChangeSignal'],
    [ttl < 0, 'Identity ttl must not be negative', 'TTL'],
  );
}

function validateAction({ Name: name, Command: command }: Action): Finding[] {
  return when(
    [!/^[a-zA-Z0-9 -]{1,128}$/.test(name), `name ${quoted(name)} is not allowed: up to 128 letters, digits and dashes`],
    [command === '', 'command must be specified'],
  );
}

/** Of a job, group or task. */
export function validateSecrets(secrets: readonly Secret[] | null | undefined): Finding[] {
  return [
    ...sameNames(secrets ?? [], 'Secrets', 'Secret'),
    ...nestedEach(secrets, 'Secrets', (_n, { Name }) => `Secret ${Name} validation failed: `, validateSecret),
  ];
}

function validateSecret({ Name: name, Provider: provider, Path: path }: Secret): Finding[] {
  return when(
    [!/^[A-Za-z0-9_]+$/.test(name), `name ${quoted(name)} is not allowed: letters, digits and underscores`],
    [provider === '', 'provider must be specified, for example "nomad" or "vault"'],
    [path === '', 'path must be specified'],
  );
}

function sameNames(items: readonly { Name: string }[], field: string, what: string): Finding[] {
  return repeated(items.map(({ Name }) => Name)).map(({ name, first, again }) =>
    finding(`${what} ${again} redefines '${name}' from ${what.toLowerCase()} ${first}`, field, again - 1),
  );
}

function validateSchedule({ Schedule: schedule }: Task): Finding[] {
  if (!schedule) return [];
  const cron = schedule.Cron;
  if (!cron) return [finding('a cron block must be specified')];
  const badSigns = (spec: string) => /[,/]/.test(spec);
  return when(
    [cron.Start === '', 'start must be specified', 'Cron'],
    [cron.End === '', 'end must be specified', 'Cron'],
    [badSigns(cron.Start), `start ${quoted(cron.Start)} must not contain "," or "/"`, 'Cron', 'Start'],
    [badSigns(cron.End), `end ${quoted(cron.End)} must not contain "," or "/"`, 'Cron', 'End'],
    [
      cron.End !== '' && cron.End.trim().split(/\s+/).length !== 2,
      `end ${quoted(cron.End)} must have two fields: minute and hour`,
      ...['Cron', 'End'],
    ],
  );
}

function validateNuma({ Resources: { NUMA: numa, Cores: cores } }: Task): Finding[] {
  if (!numa) return [];
  return within(
    when(
      [
        !['', 'none', 'prefer', 'require'].includes(numa.Affinity),
        `numa affinity must be "none", "prefer" or "require"; not ${quoted(numa.Affinity)}`,
        'Affinity',
      ],
      [!cores, "numa needs 'cores': it is about which cores a task is given"],
    ),
    'Resources',
    'NUMA',
  );
}
