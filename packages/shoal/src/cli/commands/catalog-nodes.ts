import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the nodes of the catalog.',
  args: [0, 0],
  flags: {
    service: { kind: 'text', value: 'NAME', help: 'Only nodes with this service' },
    detailed: { kind: 'bool', help: 'Show whole ids, tagged addresses and meta' },
    ...CONSUL_FLAGS,
  },
  examples: ['catalog nodes', 'catalog nodes -service web'],
  async run({ flags, io, env }) {
    const consul = connectConsul(flags, env);
    const { value } = flags.service
      ? await consul.healthService(flags.service).then(({ value }) => ({ value: value.map(({ Node }) => Node) }))
      : await consul.catalogNodes();
    const nodes = [...new Map(value.map((node) => [node.Node, node])).values()];
    const pairs = (map: Record<string, string> | null) =>
      Object.entries(map ?? {})
        .map(([key, text]) => `${key}=${text}`)
        .join(',');
    const rows = nodes.map((node) => [
      node.Node,
      shortId(node.ID, flags.detailed === true),
      node.Address,
      node.Datacenter,
      ...(flags.detailed ? [pairs(node.TaggedAddresses), pairs(node.Meta)] : []),
    ]);
    const more = flags.detailed ? ['TaggedAddresses', 'Meta'] : [];
    if (rows.length === 0) io.out('No nodes match the given query\n');
    else io.out(table(io.paint, ['Node', 'ID', 'Address', 'DC', ...more], rows));
    return 0;
  },
});
