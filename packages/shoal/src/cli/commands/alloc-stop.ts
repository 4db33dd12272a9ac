import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findAllocation } from '../find/task.ts';
import { monitorEval } from '../monitor/monitor-eval.ts';

export const command = defineCommand({
  usage: '[flags] ALLOCATION',
  description: 'Stops an allocation. Its job gets another one in its place.',
  args: [1, 1],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    'no-shutdown-delay': { kind: 'bool', help: 'End its tasks without waiting for their shutdown_delay' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['alloc stop 85d9bbbf'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { ID } = await findAllocation(nomad, args[0] ?? '', io);
    const { EvalID } = await nomad.allocations.stop(ID, flags['no-shutdown-delay'] ? { noShutdownDelay: true } : {});
    if (flags.detach) {
      io.out(`${EvalID}\n`);
      return 0;
    }
    const { kind } = await monitorEval(EvalID, { nomad, io, verbose: flags.verbose === true });
    return { placed: 0, failed: 1, unplaced: 2 }[kind];
  },
});
