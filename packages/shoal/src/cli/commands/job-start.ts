import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { monitorJob } from '../monitor/monitor-job.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: 'Starts a job that was stopped, as it was last, and follows it.',
  args: [1, 1],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job start web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const { value: job } = await nomad.jobs.read(id);
    if (!job) throw new CommandError(`there is no job "${id}"`);
    if (!job.Stop) throw new CommandError(`the job "${id}" is not stopped: its status is ${job.Status}`);
    const written = await nomad.jobs.register({ ...job, Stop: false }, { checkIndex: job.JobModifyIndex });
    if (!flags.detach && written.EvalID !== '')
      return monitorJob(id, written, { nomad, io, verbose: flags.verbose === true });
    io.out(`Job started\n${written.EvalID === '' ? '' : `Evaluation ID: ${written.EvalID}\n`}`);
    return 0;
  },
});
