import type { ServerMember } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { paintStatus } from '../output/paint.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the servers.',
  args: [0, 0],
  flags: {
    detailed: { kind: 'bool', help: 'Show all that each says of itself' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Taken as Nomad takes it', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['server members'],
  async run({ flags, io, env }) {
    const nomad = connectNomad(flags, env);
    const [{ Members }, leader] = await Promise.all([nomad.agent.members(), nomad.agent.leader().catch(() => '')]);
    const members = [...(Members ?? [])].sort((a, b) => (a.Name < b.Name ? -1 : 1));
    const data = await asData(members, flags);
    if (data !== undefined) io.out(data);
    else if (flags.detailed) io.out(table(io.paint, ['Name', 'Address', 'Port', 'Tags'], members.map(detailed)));
    else {
      const headings = ['Name', 'Address', 'Port', 'Status', 'Leader', 'Protocol', 'Build', 'Datacenter', 'Region'];
      const rows = members.map((member) => [
        member.Name,
        member.Addr,
        String(member.Port),
        paintStatus(io.paint, member.Status),
        String(rpcAddress(member) === leader),
        String(member.ProtocolCur),
        member.Tags['build'] ?? '',
        member.Tags['dc'] ?? '',
        member.Tags['region'] ?? '',
      ]);
      io.out(table(io.paint, headings, rows));
    }
    return 0;
  },
});

function rpcAddress({ Tags, Addr, Port }: ServerMember): string {
  const host = Tags['rpc_addr'] ?? Addr;
  return `${host.includes(':') ? `[${host}]` : host}:${Tags['port'] ?? Port}`;
}

function detailed({ Name, Addr, Port, Tags }: ServerMember): string[] {
  const tags = Object.entries(Tags).map(([key, value]) => `${key}=${value}`);
  return [Name, Addr, String(Port), tags.sort().join(',')];
}
