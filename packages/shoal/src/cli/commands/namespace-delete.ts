import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags] NAME',
  description: 'Deletes a namespace in which no job runs.',
  args: [1, 1],
  flags: NOMAD_FLAGS,
  examples: ['namespace delete ci'],
  async run({ flags, args, io, env }) {
    const [name = ''] = args;
    await connectNomad(flags, env).namespaces.delete(name);
    io.out(`Successfully deleted namespace "${name}"!\n`);
    return 0;
  },
});
