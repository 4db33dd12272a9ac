import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: `Makes a new key, which everything that is written from now on is encrypted with. What was written before stays readable by the keys
of before.`,
  args: [0, 0],
  flags: {
    full: { kind: 'bool', help: 'Encrypt all variables with it; that changes their indexes' },
    ...NOMAD_FLAGS,
  },
  examples: ['operator root keyring rotate', 'operator root keyring rotate -full'],
  async run({ flags, io, env }) {
    const { KeyID } = await connectNomad(flags, env).keyring.rotate({ full: flags.full === true });
    io.out(`The active key is now ${KeyID}\n`);
    return 0;
  },
});
