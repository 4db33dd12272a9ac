import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findAllocation, findTask } from '../find/task.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION [TASK]',
  description: 'Sends a signal to the tasks of an allocation, or to one of them.',
  args: [1, 2],
  flags: {
    s: { kind: 'text', value: 'SIGNAL', help: 'The signal; default SIGKILL' },
    task: { kind: 'text', value: 'TASK', help: 'The task, instead of the second argument' },
    verbose: { kind: 'bool', help: 'Taken as Nomad takes it', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc signal -s SIGHUP 85d9bbbf server'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const alloc = await findAllocation(nomad, args[0] ?? '', io);
    const given = flags.task ?? args[1];
    const task = given === undefined ? undefined : findTask(alloc, given);
    await nomad.allocations.signal(alloc.ID, signalName(flags.s ?? 'SIGKILL'), task);
    return 0;
  },
});

/** `hup` and `SIGHUP` are the same to a user. */
function signalName(given: string): string {
  const name = given.toUpperCase();
  return name.startsWith('SIG') ? name : `SIG${name}`;
}
