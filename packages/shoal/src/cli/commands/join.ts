import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags] ADDRESS…',
  description: `Tells whether agents are members of the cluster. Agents join by their own configuration (retry_join and a token, see "server token"):
a running one is not moved to another cluster.`,
  args: [1, Number.POSITIVE_INFINITY],
  flags: { wan: { kind: 'bool', help: 'Taken as Consul takes it', hidden: true }, ...CONSUL_FLAGS },
  examples: ['join 10.0.0.2'],
  async run({ flags, args, io, env }) {
    const http = connectConsulHttp(flags, env);
    for (const address of args) await http.ask('PUT', `/v1/agent/join/${encodeURIComponent(address)}`);
    io.out(`Successfully joined cluster by contacting ${args.length} nodes.\n`);
    return 0;
  },
});
