import type { Allocation } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { runSession, SESSION_FLAGS, sessionMode } from '../exec/session.ts';
import { findAllocation } from '../find/task.ts';

export const command = defineCommand({
  usage: '[flags] ACTION',
  description: `Runs an action of a task: a command that its job file names in an "action" block. It runs in the newest running allocation of the job,
or in the one that is named, as "alloc exec" would run it, and ends with its exit code.`,
  args: [1, 1],
  flags: {
    job: { kind: 'text', value: 'JOB', help: 'The job that has the action' },
    allocation: { kind: 'text', value: 'ALLOCATION', help: 'The allocation that it runs in, instead of a job' },
    group: { kind: 'text', value: 'GROUP', help: 'Only in an allocation of this group' },
    task: { kind: 'text', value: 'TASK', help: 'The task; may be left out where one task alone has the action' },
    ...SESSION_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['action -job=web clear-cache', 'action -allocation=85d9bbbf -task=server migrate'],
  async run({ flags, args, io, env }) {
    const [action = ''] = args;
    const { job, allocation, group } = flags;
    if ((job === undefined) === (allocation === undefined))
      throw new UsageError('name either a job (-job) or an allocation (-allocation)');
    const mode = sessionMode(flags);
    const nomad = connectNomad(flags, env);
    const alloc = await findAllocation(nomad, allocation ?? job ?? '', io, job !== undefined && { group });
    const task = taskWith(action, alloc, flags.task);
    return runSession({ alloc, task, command: { action }, mode }, flags, env);
  },
});

/** The named task, or the only one that has the action. */
function taskWith(action: string, { Job, TaskGroup, ID }: Allocation, named: string | undefined): string {
  if (named !== undefined) return named;
  const tasks = Job?.TaskGroups?.find(({ Name }) => Name === TaskGroup)?.Tasks ?? [];
  const having = tasks.filter(({ Actions }) => Actions?.some(({ Name }) => Name === action));
  const [only, second] = having;
  if (only && !second) return only.Name;
  if (second)
    throw new CommandError(
      `several tasks have an action "${action}": name one of ${having.map(({ Name }) => Name).join(', ')} by -task`,
    );
  const all = tasks.flatMap(({ Name: task, Actions }) => (Actions ?? []).map(({ Name }) => `\n  * ${Name} (${task})`));
  throw new CommandError(
    `the allocation "${ID.slice(0, 8)}" has no action "${action}"${all.length > 0 ? `, but:${all.join('')}` : ': its job names none'}`,
  );
}
