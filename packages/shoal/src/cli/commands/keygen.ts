import { randomBytes } from 'node:crypto';
import { defineCommand } from '../command.ts';

export const command = defineCommand({
  usage: '',
  description: `Prints a new random key of 32 bytes, as Consul's "encrypt" takes it. Shoal's own agents need none: they talk over
TLS with keys that are made for them.`,
  args: [0, 0],
  flags: {},
  examples: ['keygen'],
  async run({ io }) {
    io.out(`${randomBytes(32).toString('base64')}\n`);
    return 0;
  },
});
