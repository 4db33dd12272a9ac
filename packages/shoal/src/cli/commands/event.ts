import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';

export const command = defineCommand({
  usage: '[flags] [PAYLOAD]',
  description: `Tells all agents of an event, or those that the expressions fit. Agents that run a watch of type event run its handler.
Name and payload are 512 bytes at most, and nobody is told twice or waited for: it is news, no queue.`,
  args: [0, 1],
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'Of the event' },
    node: { kind: 'text', value: 'PATTERN', help: 'Only agents whose node fits' },
    service: { kind: 'text', value: 'PATTERN', help: 'Only agents with a service that fits' },
    tag: { kind: 'text', value: 'PATTERN', help: 'Of that service' },
    ...CONSUL_FLAGS,
  },
  examples: ['event -name deploy v1.2.3', 'event -name restart -service ^web$'],
  async run({ flags: { name, node, service, tag, ...flags }, args, io, env }) {
    if (!name) throw new UsageError('give the event a -name');
    const query = { node, service, tag };
    const path = `/v1/event/fire/${encodeURIComponent(name)}`;
    const { value } = await connectConsulHttp({ ...flags }, env).ask<{ ID: string }>('PUT', path, {
      query,
      body: args[0] ?? '',
    });
    io.out(`Event ID: ${value?.ID}\n`);
    return 0;
  },
});
