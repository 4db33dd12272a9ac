import { constants } from 'node:os';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
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
    const signal = signalName(flags.s ?? 'SIGKILL');
    const nomad = connectNomad(flags, env);
    const alloc = await findAllocation(nomad, args[0] ?? '', io);
    const given = flags.task ?? args[1];
    const task = given === undefined ? undefined : findTask(alloc, given);
    await nomad.allocations.signal(alloc.ID, signal, task);
    return 0;
  },
});

/** `hup` and `SIGHUP` are the same to a user. The API interrupts the task for a name that no signal has: a slip must not. */
function signalName(given: string): string {
  const upper = given.toUpperCase();
  const name = upper.startsWith('SIG') ? upper : `SIG${upper}`;
  if (name in constants.signals) return name;
  const known = Object.keys(constants.signals);
  throw new UsageError(`there is no signal "${given}"`, { unknown: { word: name, known, prefix: '' } });
}
