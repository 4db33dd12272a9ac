import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS, nomadConnection } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { converse } from '../exec/converse.ts';
import { openExecSocket } from '../exec/exec-socket.ts';
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
    i: { kind: 'bool', help: 'Pass the standard input on; default true' },
    t: { kind: 'bool', help: 'Give the command a terminal; default: if the standard input is one' },
    e: { kind: 'text', value: 'CHARACTER', help: 'What stands before the dot that leaves, or "none"; default ~' },
    ...NOMAD_FLAGS,
  },
  examples: [
    'alloc exec 85d9bbbf /bin/sh',
    'alloc exec -task server 85d9bbbf ls -l /local',
    'alloc exec -i=false -t=false -job web cat /etc/hostname',
    'alloc exec -t=false 85d9bbbf psql app < dump.sql',
  ],
  async run({ flags, args, io, env }) {
    const { stdin, stdout, stderr } = process;
    const interactive = flags.i ?? true;
    const terminal = flags.t ?? (interactive && stdin.isTTY === true);
    if (terminal && !interactive) throw new UsageError('-t needs the standard input: leave out -i=false');
    const leaveKey = leaveKeyOf(flags.e ?? '~');
    const nomad = connectNomad(flags, env);
    const alloc = await findAllocation(nomad, args[0] ?? '', io, flags.job);
    const task = findTask(alloc, flags.task);
    const wanted = { alloc: alloc.ID, task, command: args.slice(1), terminal };
    const socket = await openExecSocket({ ...nomadConnection(flags, env), namespace: alloc.Namespace }, wanted);
    const user = { input: stdin, output: stdout, errors: stderr };
    const code = await converse(socket, user, { interactive, terminal, leaveKey });
    if (code === undefined) throw new CommandError('left before the command ended');
    return code;
  },
});

function leaveKeyOf(given: string): string | undefined {
  if (given === 'none' || given === '') return undefined;
  if (given.length === 1) return given;
  throw new UsageError(`-e takes one character or "none", not "${given}"`);
}
