import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { FULL_JOB } from '../init/full-job.ts';
import { templateNames, templateText } from '../init/job-templates.ts';
import { SHORT_JOB } from '../init/short-job.ts';
import { writeNew } from '../write-new.ts';

export const command = defineCommand({
  usage: '[flags] [FILE]',
  description: `Writes an example of a job file, which runs on any agent, to example.nomad.hcl or the file that is named. Its comments tell
what there is. With -template it is a job file that the cluster keeps: the item "template" of the variable
nomad/job-templates/NAME.`,
  args: [0, 1],
  flags: {
    short: { kind: 'bool', help: 'Write it without comments, and only what it needs' },
    template: { kind: 'text', value: 'NAME', help: 'Write this job file of the cluster' },
    'list-templates': { kind: 'bool', help: 'List the job files of the cluster, and write nothing' },
    ...NOMAD_FLAGS,
  },
  examples: ['job init', 'job init -short web.nomad.hcl', 'job init -template web web.nomad.hcl'],
  async run({ flags, args, io, env, program }) {
    if (flags['list-templates']) {
      const names = await templateNames(connectNomad(flags, env));
      io.out(names.map((name) => `${name}\n`).join(''));
      return 0;
    }
    const path = args[0] ?? 'example.nomad.hcl';
    const text = flags.template && (await templateText(connectNomad(flags, env), flags.template));
    await writeNew(path, text ?? (flags.short ? SHORT_JOB : FULL_JOB));
    io.out(`Example job file written to ${path}\n`);
    io.out(io.paint.dim(`Run it with "${program} job run ${path}".\n`));
    return 0;
  },
});
