import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { runSession, SESSION_FLAGS, sessionMode } from '../exec/session.ts';
import { findAllocation, findTask } from '../find/task.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION COMMAND [ARGUMENT…]',
  description: `Runs a command in a task: with its user, its variables and its folder, and in its container if it has one.
With -job, ALLOCATION is a job, and its newest running allocation is taken. Ends with the command's exit code.
On a terminal, "~." at the beginning of a line leaves.`,
  args: [2, Number.POSITIVE_INFINITY],
  argsLast: true,
  flags: {
    task: { kind: 'text', value: 'TASK', help: 'The task; may be left out where there is only one' },
    job: { kind: 'bool', help: 'The first argument is a job' },
    ...SESSION_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: [
    'alloc exec 85d9bbbf /bin/sh',
    'alloc exec -task server 85d9bbbf ls -l /local',
    'alloc exec -i=false -t=false -job web cat /etc/hostname',
    'alloc exec -t=false 85d9bbbf psql app < dump.sql',
  ],
  async run({ flags, args, io, env }) {
    const mode = sessionMode(flags);
    const alloc = await findAllocation(connectNomad(flags, env), args[0] ?? '', io, flags.job);
    const task = findTask(alloc, flags.task);
    return runSession({ alloc, task, command: args.slice(1), mode }, flags, env);
  },
});
