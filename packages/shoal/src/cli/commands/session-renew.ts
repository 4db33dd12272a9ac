import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags] ID',
  description: 'Gives a session its whole time anew.',
  args: [1, 1],
  flags: { ...CONSUL_FLAGS },
  examples: ['session renew 8d1f0c9b-24ae-4b8e-9d2c-9a1f0b6f8f54'],
  async run({ flags, args, io, env }) {
    await connectConsulHttp(flags, env).ask('PUT', `/v1/session/renew/${args[0]}`);
    io.out(`Renewed session ${args[0]}\n`);
    return 0;
  },
});
