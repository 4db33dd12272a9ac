import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags]',
  description:
    'Forgets at once all that is over: jobs, evaluations, allocations, deployments, and nodes that are down.',
  args: [0, 0],
  flags: NOMAD_FLAGS,
  examples: ['system gc'],
  async run({ flags, env }) {
    await connectNomad(flags, env).system.collectGarbage();
    return 0;
  },
});
