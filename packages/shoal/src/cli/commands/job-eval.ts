import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findJob } from '../find/job.ts';
import { monitorJob } from '../monitor/monitor-job.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: 'Makes the scheduler look at a job once more, and follows what it does.',
  args: [1, 1],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    'force-reschedule': { kind: 'bool', help: 'Replace what has failed now, whatever its reschedule block says' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job eval web', 'job eval -force-reschedule web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const written = await nomad.jobs.evaluate(id, { forceReschedule: flags['force-reschedule'] === true });
    if (!flags.detach) return monitorJob(id, written, { nomad, io, verbose: flags.verbose === true });
    io.out(`Created eval ID: "${written.EvalID}"\n`);
    return 0;
  },
});
