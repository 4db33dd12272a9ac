import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findAllocation, findTask } from '../find/task.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION [TASK]',
  description: 'Restarts the tasks of an allocation, or one of them, where they are.',
  args: [1, 2],
  flags: {
    task: { kind: 'text', value: 'TASK', help: 'The task, instead of the second argument' },
    verbose: { kind: 'bool', help: 'Taken as Nomad takes it', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc restart 85d9bbbf', 'alloc restart 85d9bbbf server'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const alloc = await findAllocation(nomad, args[0] ?? '', io);
    const given = flags.task ?? args[1];
    await nomad.allocations.restart(alloc.ID, given === undefined ? undefined : findTask(alloc, given));
    return 0;
  },
});
