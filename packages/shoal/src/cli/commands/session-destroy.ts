import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags] ID',
  description: 'Ends a session: its keys are let go, or deleted if it says so.',
  args: [1, 1],
  flags: { ...CONSUL_FLAGS },
  examples: ['session destroy 8d1f0c9b-24ae-4b8e-9d2c-9a1f0b6f8f54'],
  async run({ flags, args, io, env }) {
    await connectConsulHttp(flags, env).ask('PUT', `/v1/session/destroy/${args[0]}`);
    io.out(`Destroyed session ${args[0]}\n`);
    return 0;
  },
});
