import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findJob } from '../find/job.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { deploymentTable } from '../show/deployment.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: 'Lists the deployments of a job, newest first.',
  args: [1, 1],
  flags: {
    all: { kind: 'bool', help: 'Also those of an earlier job with the same id' },
    latest: { kind: 'bool', help: 'Only the latest' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job deployments web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const { value } = await nomad.jobs.deployments(id, { all: flags.all === true });
    const shown = flags.latest ? value.slice(0, 1) : value;
    io.out((await asData(shown, flags)) ?? deploymentTable(shown, io, flags.verbose === true));
    return 0;
  },
});
