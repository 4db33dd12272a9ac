import type { Member } from '@shoal/api';
import { compileRegexp } from '../../regexp.ts';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
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
    wan: { kind: 'bool', help: 'Servers of all datacenters, under names with theirs' },
    segment: { kind: 'text', value: 'NAME', help: 'Refused, as without Consul Enterprise', hidden: true },
    filter: { kind: 'text', value: 'EXPRESSION', help: 'Only those that this is true of: Tags.role == node' },
    ...CONSUL_FLAGS,
  },
  examples: ['members', 'members -detailed'],
  async run({ flags, io, env }) {
    const { wan, segment, filter } = flags;
    const query = { ...(wan && { wan: '1' }), segment, filter };
    const { value: all = [] } = await connectConsulHttp(flags, env).ask<Member[]>('GET', '/v1/agent/members', {
      query,
    });
    const wanted = pattern(flags.status ?? '.*');
    const members = all.filter((member) => wanted.test(statusOf(member))).sort((a, b) => (a.Name < b.Name ? -1 : 1));
    if (flags.json) io.out(jsonText(members));
    else if (members.length === 0) {
      io.err('No members found\n');
      return 2;
    } else io.out(flags.detailed ? detailed(members, io) : plain(members, io));
    return 0;
  },
});

function pattern(source: string): { test(text: string): boolean } {
  const compiled = compileRegexp(`^(?:${source})$`);
  if ('error' in compiled) throw new UsageError(`-status is no regular expression: ${compiled.error}`);
  return compiled;
}

function statusOf({ Status }: Member): string {
  return STATUS[Status] ?? 'none';
}

function plain(members: readonly Member[], io: Io): string {
  const headings = ['Node', 'Address', 'Status', 'Type', 'Build', 'Protocol', 'DC', 'Partition', 'Segment'];
  const rows = members.map((member) => [
    member.Name,
    addressOf(member),
    paintStatus(io.paint, statusOf(member)),
    member.Tags['role'] === 'consul' ? 'server' : 'client',
    (member.Tags['build'] ?? '').split(':')[0] ?? '',
    member.Tags['vsn'] ?? String(member.ProtocolCur),
    member.Tags['dc'] ?? '',
    member.Tags['ap'] ?? 'default',
    member.Tags['role'] === 'consul' ? '<all>' : member.Tags['segment'] || '<default>',
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
