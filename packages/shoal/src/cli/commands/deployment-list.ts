import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { FILTER_FLAG } from '../output/page-flags.ts';
import { deploymentTable } from '../show/deployment.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists deployments, newest first.',
  args: [0, 0],
  flags: {
    ...FILTER_FLAG,
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['deployment list'],
  async run({ flags, io, env }) {
    const { value } = await connectNomad(flags, env).deployments.list({
      reverse: true,
      ...(flags.filter !== undefined && { filter: flags.filter }),
    });
    io.out((await asData(value, flags)) ?? deploymentTable(value, io, flags.verbose === true));
    return 0;
  },
});
