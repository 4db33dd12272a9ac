import type { ScalingEvent } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { timeOf } from '../output/ago.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: 'Lists what has changed the counts of a job, and what was said about them, newest first.',
  args: [1, 1],
  flags: {
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job scaling-events web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const { value: status } = await nomad.jobs.scaleStatus(id);
    if (!status) throw new CommandError(`the job "${id}" has just been removed`);
    const events = Object.entries(status.TaskGroups)
      .flatMap(([group, { Events }]) => (Events ?? []).map((event) => ({ group, event })))
      .sort((a, b) => b.event.Time - a.event.Time);
    const rows = events.map(({ group, event }) => [
      group,
      countText(event),
      event.Error ? io.paint.red('true') : 'false',
      event.Message,
      event.EvalID ? shortId(event.EvalID, flags.verbose === true) : '<none>',
      timeOf(event.Time),
    ]);
    const headings = ['Task Group', 'Count', 'Error', 'Message', 'Eval ID', 'Date'];
    const text = () => (rows.length > 0 ? table(io.paint, headings, rows) : 'No events found\n');
    io.out((await asData(status, flags)) ?? text());
    return 0;
  },
});

function countText({ PreviousCount, Count }: ScalingEvent): string {
  return Count === null ? String(PreviousCount) : `${PreviousCount} -> ${Count}`;
}
