import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: "Lists the names of entries of Consul's central configuration.",
  args: [0, 0],
  flags: {
    kind: { kind: 'text', value: 'KIND', help: 'Such as service-defaults' },
    filter: { kind: 'text', value: 'EXPRESSION', help: 'Only those that this is true of: Name matches "^web"' },
    json: { kind: 'bool', help: 'Print the entries as JSON' },
    ...CONSUL_FLAGS,
  },
  examples: ['config list -kind service-defaults'],
  async run({ flags: { kind, filter, json, ...flags }, io, env }) {
    if (!kind) throw new UsageError('give -kind');
    const path = `/v1/config/${encodeURIComponent(kind)}`;
    const { value } = await connectConsulHttp(flags, env).ask<{ Name: string }[]>('GET', path, { query: { filter } });
    if (json) io.out(jsonText(value ?? []));
    else for (const { Name } of value ?? []) io.out(`${Name}\n`);
    return 0;
  },
});
