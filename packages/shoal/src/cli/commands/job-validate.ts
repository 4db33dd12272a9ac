import { canonicalJob } from '../../jobspec/canonicalize.ts';
import { formatErrors } from '../../jobspec/validate/findings.ts';
import { validate } from '../../jobspec/validate/validate.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UnreachableError } from '../errors.ts';
import { FOREIGN_FLAGS } from '../foreign-flags.ts';
import type { Io } from '../io.ts';
import { JOB_FILE_FLAGS, type JobFile, judge, readJobFile } from '../job-file.ts';
import { diagnosticFrames } from '../show/diagnostic-frames.ts';
import { diagnosticsJson } from '../show/diagnostics-json.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Checks a job file, and shows everything that is wrong with it at its place. The agent is asked, too, which knows its
drivers. Ends with 1 if there is an error.`,
  args: [1, 1],
  flags: { ...JOB_FILE_FLAGS, ...FOREIGN_FLAGS, ...NOMAD_FLAGS },
  examples: ['job validate web.nomad', 'job validate -json web.nomad'],
  async run({ flags, args, io, env }) {
    const file = await readJobFile({ path: args[0] ?? '', flags, io, env });
    const nomad = connectNomad(flags, env);
    const answer = await nomad.jobs.validate(file.job).catch((error: unknown) => {
      if (error instanceof UnreachableError) return undefined;
      throw error;
    });
    const own = judge(file);
    // What the file shows with its place need not be said again.
    const known = new Set(validate(canonicalJob(file.job)).errors);
    const errors = answer?.ValidationErrors ?? (answer?.Error ? [answer.Error] : []);
    const further = errors.filter((text) => !known.has(text));
    const isJsonJob = /^\ufeff?\s*\{/.test(file.sources.get(file.filename) ?? '');
    const isWrong = further.length > 0 || own.some(({ severity }) => severity === 'error');
    if (flags.json && (isWrong || !isJsonJob)) tellJson(file, own, further, io);
    else tell(file, own, further, answer !== undefined, io);
    return isWrong ? 1 : 0;
  },
});

type Diagnostics = ReturnType<typeof judge>;

function tellJson(file: JobFile, own: Diagnostics, further: readonly string[], io: Io): void {
  const ofServer = further.map((text) => ({ severity: 'error' as const, summary: text.trim(), detail: '' }));
  io.out(diagnosticsJson([...own, ...ofServer, ...file.warnings], file.sources));
}

function tell(file: JobFile, own: Diagnostics, further: readonly string[], wasAsked: boolean, io: Io): void {
  const warnings = own.filter(({ severity }) => severity === 'warning');
  const errors = own.filter(({ severity }) => severity === 'error');
  if (warnings.length > 0)
    io.err(`${io.paintErr.yellow('Job Warnings:')}\n\n${diagnosticFrames(warnings, file.sources, io)}\n`);
  if (errors.length + further.length === 0) {
    const unasked = wasAsked ? '' : ' (without an agent: drivers were not asked)';
    io.out(`${io.paint.green('Job validation successful')}${unasked}\n`);
    return;
  }
  io.err(`${io.paintErr.red('Job validation errors:')}\n\n${diagnosticFrames(errors, file.sources, io)}`);
  if (further.length > 0) io.err(`${errors.length > 0 ? '\nThe agent says:\n\n' : ''}${formatErrors(further)}`);
}
