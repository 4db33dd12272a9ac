import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
import { jobTable } from '../show/job-table.ts';

export const command = defineCommand({
  usage: '[flags] POOL',
  description: 'Lists the jobs that run on the nodes of a node pool.',
  args: [1, 1],
  flags: { ...PAGE_FLAGS, ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['node pool jobs prod', "node pool jobs -namespace='*' prod"],
  async run({ flags, args, io, env }) {
    const page = await connectNomad(flags, env).nodePools.jobs(args[0] ?? '', pageAsked(flags));
    io.out((await asData(page.value, flags)) ?? jobTable(page.value, io));
    tellNextPage(page, io);
    return 0;
  },
});
