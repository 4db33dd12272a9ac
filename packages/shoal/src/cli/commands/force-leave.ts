import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags] NODE',
  description:
    'Forgets an agent that has failed: its node leaves the catalog with all that is on it. An agent that lives is left alone.',
  args: [1, 1],
  flags: {
    prune: { kind: 'bool', help: 'Taken as Consul takes it: nothing is remembered of it anyway' },
    ...CONSUL_FLAGS,
  },
  examples: ['force-leave worker03'],
  async run({ flags, args, env }) {
    await connectConsulHttp(flags, env).ask('PUT', `/v1/agent/force-leave/${encodeURIComponent(args[0] ?? '')}`);
    return 0;
  },
});
