import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import { findJob } from '../find/job.ts';

export const command = defineCommand({
  usage: '-name NAME [flags] JOB',
  description: `Gives a version of a job a name, by which "job revert" and "job history -diff-tag" know it. The version is kept until the
name is taken away.`,
  args: [1, 1],
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'The name; one version alone has it' },
    description: { kind: 'text', value: 'TEXT', help: 'What is to be said of it' },
    version: { kind: 'number', help: 'Which version; default: the newest' },
    ...NOMAD_FLAGS,
  },
  examples: ['job tag apply -name golden web', 'job tag apply -name golden -version 3 -description "runs well" web'],
  async run({ flags, args, io, env }) {
    const { name, description, version } = flags;
    if (!name) throw new UsageError('-name is missing');
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    await nomad.jobs.tag(id, {
      name,
      ...(description !== undefined && { description }),
      ...(version !== undefined && { version }),
    });
    io.out(`${version === undefined ? 'The newest version' : `Version ${version}`} of "${id}" is tagged "${name}"\n`);
    return 0;
  },
});
