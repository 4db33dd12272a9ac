import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { table } from '../output/table.ts';

type Usage = { Usage: Record<string, { Nodes: number; Services: number; ServiceInstances: number }> };

export const command = defineCommand({
  usage: '[flags]',
  description: 'Counts nodes, services and their instances.',
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['operator usage instances'],
  async run({ flags, io, env }) {
    const { value } = await connectConsulHttp(flags, env).ask<Usage>('GET', '/v1/operator/usage');
    const rows = Object.entries(value?.Usage ?? {}).map(([name, { Nodes, Services, ServiceInstances }]) => [
      name,
      String(Nodes),
      String(Services),
      String(ServiceInstances),
    ]);
    io.out(table(io.paint, ['Datacenter', 'Nodes', 'Services', 'Service instances'], rows));
    return 0;
  },
});
