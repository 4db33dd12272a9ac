import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the datacenters that are known.',
  args: [0, 0],
  flags: CONSUL_FLAGS,
  examples: ['catalog datacenters'],
  async run({ flags, io, env }) {
    for (const name of await connectConsul(flags, env).datacenters()) io.out(`${name}\n`);
    return 0;
  },
});
