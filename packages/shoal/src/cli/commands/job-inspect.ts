import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: `Prints a job as the API has it, in JSON that "job run -json" takes.`,
  args: [1, 1],
  flags: {
    version: { kind: 'number', help: 'This version of the job instead of the newest' },
    ...DATA_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['job inspect web', 'job inspect -version 2 web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const { version } = flags;
    const job =
      version === undefined
        ? (await nomad.jobs.read(id)).value
        : (await nomad.jobs.versions(id)).value?.Versions.find(({ Version }) => Version === version);
    if (!job) throw new CommandError(`there is no version ${version ?? ''} of the job "${id}"`);
    io.out((await asData(job, { t: flags.t, json: false })) ?? jsonText({ Job: job }));
    return 0;
  },
});
