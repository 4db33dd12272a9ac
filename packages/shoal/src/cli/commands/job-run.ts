import type { Job, JobWritten } from '@shoal/api';
import { canonicalJob } from '../../jobspec/canonicalize.ts';
import type { Draft } from '../../jobspec/draft.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { FOREIGN_FLAGS } from '../foreign-flags.ts';
import type { Io } from '../io.ts';
import { JOB_FILE_FLAGS, readJobFile, refusal } from '../job-file.ts';
import { monitorJob } from '../monitor/monitor-job.ts';
import { jsonText } from '../output/json.ts';
import { shortId } from '../output/short-id.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Registers a job, new or changed, and follows it: its evaluation, its placements, and its deployment until it is
healthy. FILE is a path, "-" for the standard input, or a URL.

Ends with 0 when all is placed (and a deployment did not fail), with 2 when something could not be placed, and with 1
for anything else.`,
  args: [1, 1],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    'check-index': {
      kind: 'number',
      help: "Register only if the job's modify index is this (0: is new); see job plan",
    },
    'eval-priority': { kind: 'number', help: "Priority of the evaluation, 1 to 100; default: the job's" },
    output: { kind: 'bool', help: 'Print the job as JSON for the API, and register nothing' },
    'preserve-counts': { kind: 'bool', help: 'Keep the counts that groups have now' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...JOB_FILE_FLAGS,
    ...FOREIGN_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['job run web.nomad', 'job run -detach web.nomad', 'job run -var count=3 web.nomad'],
  async run({ flags, args, io, env }) {
    const path = args[0] ?? '';
    const file = await readJobFile({ path, flags, io, env });
    const { job } = file;
    if (flags.output) {
      io.out(jsonText({ Job: canonicalJob(job) }));
      return 0;
    }
    const nomad = connectNomad(flags, env);
    const checkIndex = flags['check-index'];
    const written = await nomad.jobs
      .register(job, {
        ...(checkIndex !== undefined && { checkIndex }),
        ...(flags['preserve-counts'] && { preserveCounts: true }),
        ...(flags['eval-priority'] !== undefined && { evalPriority: flags['eval-priority'] }),
      })
      .catch((error: unknown) => {
        throw refused(refusal(error, file, io), path);
      });
    if (written.Warnings) io.err(`${io.paintErr.yellow('Job Warnings:')}\n${written.Warnings.trim()}\n\n`);
    const verbose = flags.verbose === true;
    if (written.EvalID === '') return tellUnevaluated(job, io);
    if (flags.detach) return tellDetached(job.ID, written, io);
    return monitorJob(job.ID, written, { nomad, io, verbose });
  },
});

function refused(error: unknown, path: string): unknown {
  const body = (error as { body?: unknown }).body;
  if (typeof body !== 'string' || !/Enforcing job modify index/.test(body)) return error;
  return new CommandError(`${body}\nSomebody else has changed the job: look at "job plan ${path}" again.`);
}

/** Periodic and parameterized jobs only make other jobs, when it is time or when they are told to. */
function tellUnevaluated(job: Draft<Job>, io: Io): number {
  io.out('Job registration successful\n');
  if (job.ParameterizedJob) io.out(`It runs when it is dispatched: job dispatch ${job.ID}\n`);
  else if (job.Periodic) io.out(`It runs by its schedule: ${scheduleText(job.Periodic)}\n`);
  return 0;
}

function scheduleText({ Spec, Specs }: { Spec?: string | null; Specs?: string[] | null }): string {
  return [Spec, ...(Specs ?? [])].filter(Boolean).join('; ');
}

function tellDetached(id: string, written: JobWritten, io: Io): number {
  io.out(`Job registration successful\nEvaluation ID: ${written.EvalID}\n`);
  io.out(io.paint.dim(`Follow it with "eval status ${shortId(written.EvalID)}" or "job status ${id}".\n`));
  return 0;
}
