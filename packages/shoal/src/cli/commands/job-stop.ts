import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import type { Io } from '../io.ts';
import { monitorEval } from '../monitor/monitor-eval.ts';

export const command = defineCommand({
  usage: '[flags] JOB…',
  description: `Stops jobs: their tasks are ended, and they are not started again until the job is run anew. JOB may be the
beginning of an id; then it is asked whether that is the one, unless -yes is given.`,
  args: [1, Number.POSITIVE_INFINITY],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    purge: { kind: 'bool', help: 'Forget the job as well' },
    'no-shutdown-delay': { kind: 'bool', help: 'End tasks without waiting for their shutdown_delay' },
    'eval-priority': { kind: 'number', help: "Priority of the evaluation, 1 to 100; default: the job's" },
    global: { kind: 'bool', help: 'In all regions, of which there is one', hidden: true },
    yes: { kind: 'bool', help: 'Do not ask' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job stop web', 'job stop -purge web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const found = await Promise.all(args.map((given) => findJob(nomad, given, io)));
    for (const { id, exact } of found) if (!exact && !flags.yes) await confirm(id, io);
    let code = 0;
    for (const { id } of found) {
      const { EvalID } = await nomad.jobs.deregister(id, {
        purge: flags.purge === true,
        ...(flags['no-shutdown-delay'] && { noShutdownDelay: true }),
        ...(flags['eval-priority'] !== undefined && { evalPriority: flags['eval-priority'] }),
      });
      if (EvalID === '') io.out(`Job "${id}" is stopped\n`);
      else if (flags.detach) io.out(`${EvalID}\n`);
      else {
        const { kind } = await monitorEval(EvalID, { nomad, io, verbose: flags.verbose === true });
        if (kind === 'failed') code = 1;
      }
    }
    return code;
  },
});

async function confirm(id: string, io: Io): Promise<void> {
  const answer = await io.ask(`Are you sure you want to stop job "${id}"? [y/N] `);
  if (answer === undefined)
    throw new CommandError(`"${id}" is not just what was given: write the whole id, or -yes to stop it`);
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('Cancelled: nothing was stopped');
}
