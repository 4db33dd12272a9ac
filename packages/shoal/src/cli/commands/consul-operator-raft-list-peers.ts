import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { table } from '../output/table.ts';

type Configuration = {
  Servers: { Node: string; ID: string; Address: string; Leader: boolean; Voter: boolean; ProtocolVersion: string }[];
};

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the servers, and which of them leads.',
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['operator raft list-peers'],
  async run({ flags, io, env }) {
    const { value } = await connectConsulHttp(flags, env).ask<Configuration>('GET', '/v1/operator/raft/configuration');
    const rows = (value?.Servers ?? []).map(({ Node, ID, Address, Leader, Voter, ProtocolVersion }) => [
      Node,
      ID,
      Address,
      Leader ? 'leader' : 'follower',
      String(Voter),
      ProtocolVersion,
    ]);
    io.out(table(io.paint, ['Node', 'ID', 'Address', 'State', 'Voter', 'RaftProtocol'], rows));
    return 0;
  },
});
