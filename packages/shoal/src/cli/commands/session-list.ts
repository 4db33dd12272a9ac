import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';

type Session = { ID: string; Name: string; Node: string; TTL: string; Behavior: string; NodeChecks: string[] | null };

export const command = defineCommand({
  usage: '[flags] [ID]',
  description: 'Lists sessions, or shows one.',
  args: [0, 1],
  flags: {
    node: { kind: 'text', value: 'NODE', help: 'Only those of this node' },
    json: { kind: 'bool', help: 'Print JSON' },
    ...CONSUL_FLAGS,
  },
  examples: ['session list', 'session list -node worker01'],
  async run({ flags, args, io, env }) {
    const [id] = args;
    const path =
      id !== undefined ? `info/${id}` : flags.node !== undefined ? `node/${encodeURIComponent(flags.node)}` : 'list';
    const { value = [] } = await connectConsulHttp(flags, env).ask<Session[]>('GET', `/v1/session/${path}`);
    if (flags.json) {
      io.out(jsonText(value));
      return 0;
    }
    const rows = value.map(({ ID, Name, Node, TTL, Behavior, NodeChecks }) => [
      ID,
      Name,
      Node,
      TTL,
      Behavior,
      (NodeChecks ?? []).join(','),
    ]);
    if (rows.length === 0) io.out('No sessions\n');
    else io.out(table(io.paint, ['ID', 'Name', 'Node', 'TTL', 'Behavior', 'Checks'], rows));
    return 0;
  },
});
