import type { CatalogNode } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { metaParams } from '../node-meta.ts';
import { jsonText } from '../output/json.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

/** A node, or an instance with its node, as the catalog lists them. */
type Found = Omit<CatalogNode, 'Meta'> & Partial<Record<'Meta' | 'NodeMeta', Record<string, string> | null>>;

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the nodes of the catalog.',
  args: [0, 0],
  flags: {
    service: { kind: 'text', value: 'NAME', help: 'Only nodes with this service' },
    'node-meta': { kind: 'texts', value: 'KEY=VALUE', help: 'Only nodes with this (repeatable)' },
    filter: { kind: 'text', value: 'EXPRESSION', help: 'Only those that this is true of: Meta.rack == a1' },
    near: { kind: 'text', value: 'NODE', help: 'Nearest to this one first; _agent is the agent that is asked' },
    detailed: { kind: 'bool', help: 'Show whole ids, tagged addresses and meta' },
    json: { kind: 'bool', help: 'Print JSON' },
    ...CONSUL_FLAGS,
  },
  examples: ['catalog nodes', 'catalog nodes -service web', 'catalog nodes -node-meta rack=a1 -near _agent'],
  async run({ flags: { service, filter, near, detailed, json, 'node-meta': meta, ...flags }, io, env }) {
    const path = service ? `/v1/catalog/service/${encodeURIComponent(service)}` : '/v1/catalog/nodes';
    const query = { near, filter, 'node-meta': metaParams(meta) };
    const { value } = await connectConsulHttp(flags, env).ask<Found[]>('GET', path, { query });
    const nodes = [...new Map((value ?? []).map((node) => [node.Node, node])).values()];
    if (json) io.out(jsonText(nodes));
    else if (nodes.length === 0) io.out('No nodes match the given query - try expanding your search.\n');
    else {
      const rows = nodes.map((node) => [
        node.Node,
        shortId(node.ID, detailed === true),
        node.Address,
        node.Datacenter,
        ...(detailed ? [pairs(node.TaggedAddresses), pairs(node.Meta ?? node.NodeMeta)] : []),
      ]);
      io.out(table(io.paint, ['Node', 'ID', 'Address', 'DC', ...(detailed ? ['TaggedAddresses', 'Meta'] : [])], rows));
    }
    return 0;
  },
});

function pairs(map: Readonly<Record<string, string>> | null | undefined): string {
  return Object.entries(map ?? {})
    .map(([key, text]) => `${key}=${text}`)
    .join(', ');
}
