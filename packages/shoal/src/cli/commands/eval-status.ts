import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findById } from '../find/by-id.ts';
import { evaluationKind } from '../find/kinds.ts';
import { EVAL_EXIT_CODES, monitorEval } from '../monitor/monitor-eval.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { evaluationText } from '../show/evaluation.ts';

export const command = defineCommand({
  usage: '[flags] EVALUATION',
  description:
    'Shows an evaluation, and why it could not place what it could not place. EVALUATION may be the beginning of an id.',
  args: [1, 1],
  flags: {
    monitor: { kind: 'bool', help: 'Follow it until it is over' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids, and times instead of spans' },
    ...NOMAD_FLAGS,
  },
  examples: ['eval status 2dd579e8'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const verbose = flags.verbose === true;
    const evaluation = await findById(evaluationKind(nomad), args[0] ?? '', io);
    if (flags.monitor) {
      const { kind } = await monitorEval(evaluation.ID, { nomad, io, verbose });
      return EVAL_EXIT_CODES[kind];
    }
    io.out((await asData(evaluation, flags)) ?? evaluationText(evaluation, io, verbose));
    return 0;
  },
});
