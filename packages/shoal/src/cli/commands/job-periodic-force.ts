import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findJob } from '../find/job.ts';
import { monitorJob } from '../monitor/monitor-job.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: 'Runs a periodic job now, beside its schedule.',
  args: [1, 1],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job periodic force backup'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const written = await nomad.jobs.forcePeriodic(id);
    if (!flags.detach) return monitorJob(id, written, { nomad, io, verbose: flags.verbose === true });
    io.out(`Force periodic successful\nEvaluation ID: ${written.EvalID}\n`);
    return 0;
  },
});
