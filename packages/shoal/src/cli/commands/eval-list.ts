import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { ago } from '../output/ago.ts';
import { jsonText } from '../output/json.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists evaluations, newest first.',
  args: [0, 0],
  flags: {
    job: { kind: 'text', value: 'JOB', help: 'Only those of this job' },
    status: { kind: 'text', value: 'STATUS', help: 'Only those with this status' },
    json: { kind: 'bool', help: 'Print JSON' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['eval list -job web'],
  async run({ flags, io, env }) {
    const nomad = connectNomad(flags, env);
    const { value } = await nomad.evaluations.list(flags.job === undefined ? {} : { job: flags.job });
    const shown = value.filter(({ Status }) => flags.status === undefined || Status === flags.status);
    if (flags.json) io.out(jsonText(shown));
    else if (shown.length === 0) io.out('No evals found\n');
    else {
      const rows = shown.map((evaluation) => [
        shortId(evaluation.ID, flags.verbose === true),
        String(evaluation.Priority),
        evaluation.TriggeredBy,
        evaluation.JobID,
        paintStatus(io.paint, evaluation.Status),
        Object.keys(evaluation.FailedTGAllocs ?? {}).length > 0 ? io.paint.yellow('true') : 'false',
        ago(io.now(), evaluation.CreateTime),
      ]);
      const headings = ['ID', 'Priority', 'Triggered By', 'Job ID', 'Status', 'Placement Failures', 'Created'];
      io.out(table(io.paint, headings, rows));
    }
    return 0;
  },
});
