import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { ago } from '../output/ago.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { PAGE_FLAGS, pageAsked, tellNextPage } from '../output/page-flags.ts';
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
    ...PAGE_FLAGS,
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['eval list -job web', 'eval list -filter \'TriggeredBy == "node-update"\' -per-page 20'],
  async run({ flags, io, env }) {
    const nomad = connectNomad(flags, env);
    const { job, status } = flags;
    const page = await nomad.evaluations.list({
      ...pageAsked(flags),
      reverse: true,
      ...(job !== undefined && { job }),
      ...(status !== undefined && { status }),
    });
    const shown = page.value;
    const data = await asData(shown, flags);
    if (data !== undefined) io.out(data);
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
    tellNextPage(page, io);
    return 0;
  },
});
