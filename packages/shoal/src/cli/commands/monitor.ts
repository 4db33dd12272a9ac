import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows the log of an agent as it is written, at any level, whatever level the agent itself writes.',
  args: [0, 0],
  flags: {
    'log-level': { kind: 'text', value: 'LEVEL', help: 'trace, debug, info, warn or err; default info' },
    'log-json': { kind: 'bool', help: 'Lines of JSON' },
    ...CONSUL_FLAGS,
  },
  examples: ['monitor', 'monitor -log-level=debug'],
  async run({ flags, io, env }) {
    const query = { loglevel: flags['log-level'], ...(flags['log-json'] && { logjson: 'true' }) };
    await io.pour(await connectConsulHttp(flags, env).stream('/v1/agent/monitor', { query }));
    return 0;
  },
});
