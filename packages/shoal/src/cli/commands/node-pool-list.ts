import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists node pools: those that were made, and those that nodes say they are in.',
  args: [0, 0],
  flags: { ...PAGE_FLAGS, ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['node pool list', 'node pool list -filter=\'Meta.env == "prod"\''],
  async run({ flags, io, env }) {
    const page = await connectNomad(flags, env).nodePools.list(pageAsked(flags));
    const rows = page.value.map(({ Name, Description }) => [Name, Description || '<none>']);
    io.out((await asData(page.value, flags)) ?? table(io.paint, ['Name', 'Description'], rows));
    tellNextPage(page, io);
    return 0;
  },
});
