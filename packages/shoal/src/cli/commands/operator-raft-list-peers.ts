import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the servers that hold the state.',
  args: [0, 0],
  flags: { stale: { kind: 'bool', help: 'Taken as Nomad takes it', hidden: true }, ...NOMAD_FLAGS },
  examples: ['operator raft list-peers'],
  async run({ flags, io, env }) {
    const { Servers } = await connectNomad(flags, env).operator.raft();
    const rows = Servers.map(({ Node, ID, Address, Leader, Voter, RaftProtocol }) => [
      Node,
      ID,
      Address,
      Leader ? io.paint.green('leader') : 'follower',
      String(Voter),
      String(RaftProtocol),
    ]);
    io.out(table(io.paint, ['Node', 'ID', 'Address', 'State', 'Voter', 'RaftProtocol'], rows));
    return 0;
  },
});
