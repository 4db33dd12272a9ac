import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags] POOL',
  description: 'Deletes a node pool that has no nodes, and no jobs that still run.',
  args: [1, 1],
  flags: { ...NOMAD_FLAGS },
  examples: ['node pool delete dev'],
  async run({ flags, args, io, env }) {
    const [name = ''] = args;
    await connectNomad(flags, env).nodePools.delete(name);
    io.out(`Successfully deleted node pool "${name}"!\n`);
    return 0;
  },
});
