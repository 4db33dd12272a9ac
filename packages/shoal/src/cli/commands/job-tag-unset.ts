import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import { findJob } from '../find/job.ts';

export const command = defineCommand({
  usage: '-name NAME [flags] JOB',
  description: 'Takes a name away from the version of a job that has it.',
  args: [1, 1],
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'The name' },
    ...NOMAD_FLAGS,
  },
  examples: ['job tag unset -name golden web'],
  async run({ flags, args, io, env }) {
    if (!flags.name) throw new UsageError('-name is missing');
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    await nomad.jobs.untag(id, flags.name);
    io.out(`No version of "${id}" is tagged "${flags.name}" any more\n`);
    return 0;
  },
});
