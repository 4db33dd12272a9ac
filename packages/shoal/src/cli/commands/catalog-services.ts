import type { NodeServices } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { metaParams } from '../node-meta.ts';
import { jsonText } from '../output/json.ts';
import { columns } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the names of all services. "service list" shows how they do.',
  args: [0, 0],
  flags: {
    tags: { kind: 'bool', help: 'With their tags' },
    node: { kind: 'text', value: 'NODE', help: 'Only those on this node (name or id)' },
    'node-meta': { kind: 'texts', value: 'KEY=VALUE', help: 'Only those on nodes with this (repeatable)' },
    json: { kind: 'bool', help: 'Print JSON' },
    ...CONSUL_FLAGS,
  },
  examples: ['catalog services', 'catalog services -tags', 'catalog services -node worker01'],
  async run({ flags: { tags, node, json, 'node-meta': meta, ...flags }, io, env }) {
    const http = connectConsulHttp(flags, env);
    const query = { 'node-meta': metaParams(meta) };
    const found = node
      ? servicesOf((await http.ask<NodeServices | null>('GET', `/v1/catalog/node/${encodeURIComponent(node)}`)).value)
      : ((await http.ask<Record<string, string[]>>('GET', '/v1/catalog/services', { query })).value ?? {});
    const names = Object.keys(found).sort();
    if (json) io.out(jsonText(found));
    else if (names.length === 0) io.out('No services match the given query - try expanding your search.\n');
    else if (tags) io.out(columns(names.map((name) => [name, [...(found[name] ?? [])].sort().join(',')])));
    else for (const name of names) io.out(`${name}\n`);
    return 0;
  },
});

/** Names with the tags of all instances on the node. */
function servicesOf(node: NodeServices | null | undefined): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const { Service, Tags } of Object.values(node?.Services ?? {}))
    found[Service] = [...new Set([...(found[Service] ?? []), ...Tags])];
  return found;
}
