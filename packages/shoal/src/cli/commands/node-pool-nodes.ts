import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
import { nodeTable } from '../show/node-table.ts';

export const command = defineCommand({
  usage: '[flags] POOL',
  description: 'Lists the nodes of a node pool.',
  args: [1, 1],
  flags: {
    ...PAGE_FLAGS,
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids, addresses and versions' },
    ...NOMAD_FLAGS,
  },
  examples: ['node pool nodes prod', 'node pool nodes -filter=\'Datacenter == "dc2"\' prod'],
  async run({ flags, args, io, env }) {
    const page = await connectNomad(flags, env).nodePools.nodes(args[0] ?? '', pageAsked(flags));
    io.out((await asData(page.value, flags)) ?? nodeTable(page.value, io, { verbose: flags.verbose === true }));
    tellNextPage(page, io);
    return 0;
  },
});
