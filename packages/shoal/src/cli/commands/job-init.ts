import { defineCommand } from '../command.ts';
import { FULL_JOB } from '../init/full-job.ts';
import { SHORT_JOB } from '../init/short-job.ts';
import { writeNew } from '../write-new.ts';

export const command = defineCommand({
  usage: '[flags] [FILE]',
  description: `Writes an example of a job file, which runs on any agent, to example.nomad.hcl or the file that is named. Its comments tell
what there is.`,
  args: [0, 1],
  flags: { short: { kind: 'bool', help: 'Write it without comments, and only what it needs' } },
  examples: ['job init', 'job init -short web.nomad.hcl'],
  async run({ flags, args, io, program }) {
    const path = args[0] ?? 'example.nomad.hcl';
    await writeNew(path, flags.short ? SHORT_JOB : FULL_JOB);
    io.out(`Example job file written to ${path}\n`);
    io.out(io.paint.dim(`Run it with "${program} job run ${path}".\n`));
    return 0;
  },
});
