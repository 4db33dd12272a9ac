import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Makes an agent read its configuration again, as SIGHUP does.',
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['reload'],
  async run({ flags, io, env }) {
    await connectConsulHttp(flags, env).ask('PUT', '/v1/agent/reload');
    io.out('Configuration reload triggered\n');
    return 0;
  },
});
