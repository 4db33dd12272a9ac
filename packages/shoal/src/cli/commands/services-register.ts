import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import { type ServiceBody, serviceFiles } from '../service-files.ts';

export const command = defineCommand({
  usage: '[flags] [FILE…]',
  description: `Registers services with the agent: those that the files define, in the form of Consul's configuration (HCL or JSON, "service" and
"services"), or the one that the flags describe.`,
  args: [0, Number.POSITIVE_INFINITY],
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'Of the service' },
    id: { kind: 'text', value: 'ID', help: 'Of the instance; default: its name' },
    address: { kind: 'text', value: 'ADDRESS', help: "Default: the node's" },
    port: { kind: 'number', value: 'PORT', help: 'Where it listens' },
    tag: { kind: 'texts', value: 'TAG', help: 'May be given several times' },
    meta: { kind: 'texts', value: 'KEY=VALUE', help: 'May be given several times' },
    'tagged-address': { kind: 'texts', value: 'TAG=ADDRESS:PORT', help: 'May be given several times' },
    kind: { kind: 'text', value: 'KIND', help: 'Taken as Consul takes it', hidden: true },
    ...CONSUL_FLAGS,
  },
  examples: ['services register web.hcl', 'services register -name web -port 8080 -tag v1'],
  async run({
    flags: { name, id, address, port, tag, meta, kind, 'tagged-address': tagged, ...flags },
    args,
    io,
    env,
  }) {
    if ((name === undefined) === (args.length === 0)) throw new UsageError('give files, or a -name');
    const place = { Address: address, Port: port, TaggedAddresses: taggedAddresses(tagged) };
    const described = { ID: id, Name: name, ...place, Tags: tag, Meta: pairs('meta', meta), Kind: kind };
    const services: readonly ServiceBody[] = name === undefined ? await serviceFiles(args) : [described];
    const http = connectConsulHttp(flags, env);
    for (const service of services) {
      await http.ask('PUT', '/v1/agent/service/register', { body: JSON.stringify(service) });
      io.out(`Registered service: ${service['Name'] ?? service['name']}\n`);
    }
    return 0;
  },
});

function taggedAddresses(given: readonly string[]): Record<string, { Address: string; Port: number }> {
  return Object.fromEntries(
    Object.entries(pairs('tagged-address', given)).map(([tag, place]) => {
      const [, Address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(place) ?? [];
      if (Address === '') throw new UsageError(`-tagged-address is TAG=ADDRESS:PORT, not "${tag}=${place}"`);
      return [tag, { Address, Port: Number(port) }];
    }),
  );
}

function pairs(flag: string, given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`-${flag} is KEY=VALUE, not "${pair}"`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
