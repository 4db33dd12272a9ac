import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import { serviceFiles } from '../service-files.ts';

export const command = defineCommand({
  usage: '[flags] [FILE…]',
  description: 'Removes services from the agent: those that the files define, or the one with this -id.',
  args: [0, Number.POSITIVE_INFINITY],
  flags: { id: { kind: 'text', value: 'ID', help: 'Of the instance' }, ...CONSUL_FLAGS },
  examples: ['services deregister web.hcl', 'services deregister -id web-1'],
  async run({ flags: { id, ...flags }, args, io, env }) {
    if ((id === undefined) === (args.length === 0)) throw new UsageError('give files, or an -id');
    const services = id === undefined ? await serviceFiles(args) : [{ ID: id }];
    const http = connectConsulHttp(flags, env);
    for (const service of services) {
      const instance = String(service['ID'] ?? service['id'] ?? service['Name'] ?? service['name'] ?? '');
      await http.ask('PUT', `/v1/agent/service/deregister/${encodeURIComponent(instance)}`);
      io.out(`Deregistered service: ${instance}\n`);
    }
    return 0;
  },
});
