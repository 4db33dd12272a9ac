import type { Member } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../output/json.ts';
import { paintStatus } from '../output/paint.ts';
import { table } from '../output/table.ts';

const STATUS: Readonly<Record<number, string>> = { 1: 'alive', 2: 'leaving', 3: 'left', 4: 'failed' };

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the agents that are known.',
  args: [0, 0],
  flags: {
    detailed: { kind: 'bool', help: 'Show all that each says of itself' },
    status: { kind: 'text', value: 'PATTERN', help: 'Only those whose status matches this expression' },
    json: { kind: 'bool', help: 'Print JSON' },
    wan: { kind: 'bool', help: 'Taken as Consul takes it', hidden: true },
    ...CONSUL_FLAGS,
  },
  examples: ['members', 'members -detailed'],
  async run({ flags, io, env }) {
    const all = await connectConsul(flags, env).members();
    const wanted = new RegExp(`^(?:${flags.status ?? '.*'})$`);
    const members = all.filter((member) => wanted.test(statusOf(member))).sort((a, b) => (a.Name < b.Name ? -1 : 1));
    if (flags.json) io.out(jsonText(members));
    else if (members.length === 0) {
      io.err('No members found\n');
      return 2;
    } else io.out(flags.detailed ? detailed(members, io) : plain(members, io));
    return 0;
  },
});

function statusOf({ Status }: Member): string {
  return STATUS[Status] ?? 'none';
}

function plain(members: readonly Member[], io: Io): string {
  const headings = ['Node', 'Address', 'Status', 'Type', 'Build', 'Protocol', 'DC'];
  const rows = members.map((member) => [
    member.Name,
    addressOf(member),
    paintStatus(io.paint, statusOf(member)),
    member.Tags['role'] === 'consul' ? 'server' : 'client',
    (member.Tags['build'] ?? '').split(':')[0] ?? '',
    String(member.ProtocolCur),
    member.Tags['dc'] ?? '',
  ]);
  return table(io.paint, headings, rows);
}

function detailed(members: readonly Member[], io: Io): string {
  const tags = ({ Tags }: Member) =>
    Object.entries(Tags)
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(',');
  const rows = members.map((member) => [member.Name, addressOf(member), statusOf(member), tags(member)]);
  return table(io.paint, ['Node', 'Address', 'Status', 'Tags'], rows);
}

function addressOf({ Addr, Port }: Member): string {
  return `${Addr.includes(':') ? `[${Addr}]` : Addr}:${Port}`;
}
