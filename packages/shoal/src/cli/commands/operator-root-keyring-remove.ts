import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags] KEY',
  description: 'Removes a key that is not active, and that no variable is encrypted with. KEY is a whole id.',
  args: [1, 1],
  flags: NOMAD_FLAGS,
  examples: ['operator root keyring remove 670c7248-e2ef-f982-e4c5-f4437f75f1e4'],
  async run({ flags, args, io, env }) {
    const [id = ''] = args;
    await connectNomad(flags, env).keyring.remove(id);
    io.out(`Removed encryption key ${id}\n`);
    return 0;
  },
});
