import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: `Counts the summaries of all jobs anew. Here they are always counted from what there is, and nothing is done; for a Nomad
that is asked by this command.`,
  args: [0, 0],
  flags: NOMAD_FLAGS,
  examples: ['system reconcile summaries'],
  async run({ flags, env }) {
    await connectNomad(flags, env).system.reconcileSummaries();
    return 0;
  },
});
