import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { FOREIGN_FLAGS } from '../foreign-flags.ts';
import { monitorJob } from '../monitor/monitor-job.ts';

export const command = defineCommand({
  usage: '[flags] JOB VERSION',
  description: 'Makes a new version of a job that is as an earlier one was, and follows it. See "job history".',
  args: [2, 2],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...FOREIGN_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['job revert web 2'],
  async run({ flags, args, io, env }) {
    const [given = '', text = ''] = args;
    if (!/^\d+$/.test(text)) throw new UsageError(`"${text}" is not the number of a version`);
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, given, io);
    const written = await nomad.jobs.revert(id, Number(text));
    if (!flags.detach && written.EvalID !== '')
      return monitorJob(id, written, { nomad, io, verbose: flags.verbose === true });
    io.out(`Job reverted\nEvaluation ID: ${written.EvalID}\n`);
    return 0;
  },
});
