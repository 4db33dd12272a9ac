import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Removes a server that is gone for good, where the cluster has such; else it says what to do.',
  args: [0, 0],
  flags: {
    id: { kind: 'text', value: 'ID', help: 'Of the server' },
    address: { kind: 'text', value: 'IP:PORT', help: 'Of the server' },
    ...CONSUL_FLAGS,
  },
  examples: ['operator raft remove-peer -address 10.0.0.2:4647'],
  async run({ flags: { id, address, ...flags }, io, env }) {
    if ((id === undefined) === (address === undefined)) throw new UsageError('give -id or -address');
    await connectConsulHttp(flags, env).ask('DELETE', '/v1/operator/raft/peer', { query: { id, address } });
    io.out(`Removed peer ${id ?? address}\n`);
    return 0;
  },
});
