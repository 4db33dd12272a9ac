import type { NomadClient } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { monitorJob } from '../monitor/monitor-job.ts';

export const command = defineCommand({
  usage: '[flags] JOB [GROUP] COUNT',
  description: `Changes the count of a group, and follows it. GROUP may be left out where a job has only one. JOB may be the
beginning of an id. Ends as "job run" does.`,
  args: [2, 3],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job scale web 5', 'job scale web front 5'],
  async run({ flags, args, io, env }) {
    const count = args.at(-1) ?? '';
    if (!/^\d+$/.test(count)) throw new UsageError(`"${count}" is not a count`);
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const group = args.length === 3 ? (args[1] ?? '') : await onlyGroup(nomad, id);
    const written = await nomad.jobs.scale(id, { group, count: Number(count), message: 'scaled on the command line' });
    if (!flags.detach && written.EvalID !== '')
      return monitorJob(id, written, { nomad, io, verbose: flags.verbose === true });
    if (written.EvalID !== '') io.out(`Evaluation ID: ${written.EvalID}\n`);
    return 0;
  },
});

async function onlyGroup(nomad: NomadClient, id: string): Promise<string> {
  const { value: job } = await nomad.jobs.read(id);
  const names = (job?.TaskGroups ?? []).map(({ Name }) => Name);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  const list = names.map((name) => `  * ${name}`).join('\n');
  throw new CommandError(`the job "${id}" has several groups, name one:\n${list}`);
}
