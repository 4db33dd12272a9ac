import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: `Takes the agent out of the cluster, and stops it: its tasks are ended and placed elsewhere, its services leave the catalog. Started
again with the same data, it comes back as the same node. (To stop an agent for a moment, end it by SIGTERM: then its tasks go on.)`,
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['leave', 'leave -http-addr 10.0.0.2:8500'],
  async run({ flags, io, env }) {
    await connectConsul(flags, env).leave();
    io.out('Graceful leave complete\n');
    return 0;
  },
});
