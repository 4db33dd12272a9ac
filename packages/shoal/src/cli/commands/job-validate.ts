import { canonicalJob } from '../../jobspec/canonicalize.ts';
import { validate } from '../../jobspec/validate/validate.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UnreachableError } from '../errors.ts';
import { JOB_FILE_FLAGS, readJobFile } from '../job-file.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Checks a job file. The agent is asked, which knows its drivers; where there is none, what can be said without it is
said. Ends with 1 if there is an error.`,
  args: [1, 1],
  flags: { ...JOB_FILE_FLAGS, ...NOMAD_FLAGS },
  examples: ['job validate web.nomad'],
  async run({ flags, args, io, env }) {
    const { job } = await readJobFile({ path: args[0] ?? '', flags, io, env });
    const nomad = connectNomad(flags, env);
    const found = await nomad.jobs.validate(job).catch((error: unknown) => {
      if (error instanceof UnreachableError) return undefined;
      throw error;
    });
    const local = found ?? offline(job);
    if (local.Warnings) io.err(`${io.paintErr.yellow('Job Warnings:')}\n${local.Warnings.trim()}\n\n`);
    const errors = local.ValidationErrors ?? [];
    if (errors.length > 0 || local.Error) {
      io.err(`${io.paintErr.red('Job validation errors:')}\n`);
      for (const error of errors.length > 0 ? errors : [local.Error]) io.err(`  * ${error}\n`);
      return 1;
    }
    io.out(
      `${io.paint.green('Job validation successful')}${found ? '' : ' (without an agent: drivers were not asked)'}\n`,
    );
    return 0;
  },
});

function offline(job: Parameters<typeof canonicalJob>[0]) {
  const { errors, warnings } = validate(canonicalJob(job));
  return { ValidationErrors: errors, Error: '', Warnings: warnings.map((text) => `* ${text}`).join('\n') };
}
