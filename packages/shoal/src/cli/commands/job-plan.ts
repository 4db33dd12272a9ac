import type { JobPlan } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { FOREIGN_FLAGS } from '../foreign-flags.ts';
import type { Io } from '../io.ts';
import { JOB_FILE_FLAGS, readJobFile, refusal } from '../job-file.ts';
import { timeOfText } from '../output/ago.ts';
import { jobDiff } from '../show/job-diff.ts';
import { placementFailures } from '../show/placement-failure.ts';

export const command = defineCommand({
  usage: '[flags] FILE',
  description: `Shows what "job run" would do, and does nothing: how the job would change, and what the scheduler would place,
stop or update.

Ends with 0 when no allocation would come or go, with 1 when some would, and with 255 for an error.`,
  args: [1, 1],
  flags: {
    diff: { kind: 'bool', help: 'Show how the job would change; -diff=false does not' },
    verbose: { kind: 'bool', help: 'Show all of what is new' },
    ...JOB_FILE_FLAGS,
    ...FOREIGN_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['job plan web.nomad'],
  failureCode: 255,
  async run({ flags, args, io, env, program }) {
    const path = args[0] ?? '';
    const file = await readJobFile({ path, flags, io, env });
    const { job } = file;
    const nomad = connectNomad(flags, env);
    const diff = flags.diff !== false;
    const plan = await nomad.jobs.plan(job.ID, job, { diff }).catch((error: unknown) => {
      throw refusal(error, file, io);
    });
    if (diff && plan.Diff) io.out(`${jobDiff(plan.Diff, { paint: io.paint, verbose: flags.verbose === true })}\n`);
    io.out(dryRun(plan, io));
    if (plan.Warnings) io.out(`${io.paint.yellow('Job Warnings:')}\n${plan.Warnings.trim()}\n\n`);
    io.out(howToRun(plan.JobModifyIndex, [...variables(flags), path].map(quoted).join(' '), program, io));
    return changesAllocations(plan) ? 1 : 0;
  },
});

function dryRun(plan: JobPlan, io: Io): string {
  const failed = plan.FailedTGAllocs ?? {};
  const next = timeOfText(plan.NextPeriodicLaunch);
  const lines =
    Object.keys(failed).length === 0
      ? [io.paint.green('- All tasks successfully allocated.')]
      : [
          io.paint.yellow('- WARNING: Failed to place all allocations.'),
          ...placementFailures(failed).map((line) => `  ${line}`),
        ];
  const periodic = next === 'N/A' ? [] : [`- If submitted now, next periodic launch would be at ${next}.`];
  return `${io.paint.bold('Scheduler dry-run:')}\n${[...lines, ...periodic].join('\n')}\n\n`;
}

function variables(flags: { var: readonly string[]; 'var-file': readonly string[] }): string[] {
  return [...flags.var.map((text) => `-var=${text}`), ...flags['var-file'].map((file) => `-var-file=${file}`)];
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function howToRun(index: number, given: string, program: string, io: Io): string {
  return `${io.paint.bold(`Job Modify Index: ${index}`)}
To submit the job just as it was planned:

${program} job run -check-index ${index} ${given}

It is refused if somebody has changed the job meanwhile.
`;
}

const CHANGES = ['Place', 'Stop', 'Migrate', 'DestructiveUpdate', 'Canary', 'Preemptions'];

function changesAllocations({ Annotations }: JobPlan): boolean {
  const groups = Object.values(Annotations?.DesiredTGUpdates ?? {});
  return groups.some((updates) => CHANGES.some((kind) => (updates[kind] ?? 0) > 0));
}
