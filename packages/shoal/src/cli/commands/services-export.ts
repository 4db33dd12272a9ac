import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';

type Entry = { Services: { Name: string; Consumers: Record<string, string>[] }[] };
const PATH = '/v1/config/exported-services/default';

export const command = defineCommand({
  usage: '[flags]',
  description: `Notes that a service is exported to peers, in the configuration entry that Consul's tools keep for it. Peering is off, so that the entry
is kept and shown, and has no effect.`,
  args: [0, 0],
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'Of the service' },
    'consumer-peers': { kind: 'text', value: 'NAMES', help: 'Peers, with commas between' },
    ...CONSUL_FLAGS,
  },
  examples: ['services export -name web -consumer-peers east,west'],
  async run({ flags, io, env }) {
    const { name, 'consumer-peers': peers } = flags;
    if (!name || !peers) throw new UsageError('give -name and -consumer-peers');
    const http = connectConsulHttp(flags, env);
    const { value } = await http.ask<Entry>('GET', PATH, { missing: true });
    const Consumers = peers.split(',').map((Peer) => ({ Peer: Peer.trim() }));
    const others = (value?.Services ?? []).filter((service) => service.Name !== name);
    const entry = { Kind: 'exported-services', Name: 'default', Services: [...others, { Name: name, Consumers }] };
    await http.ask('PUT', '/v1/config', { body: JSON.stringify(entry) });
    io.out(`Successfully exported service "${name}" to peers "${peers}" (kept; peering is off)\n`);
    return 0;
  },
});
