import { readFile } from 'node:fs/promises';
import { pairs } from '../agent/flags.ts';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findJob } from '../find/job.ts';
import { monitorJob } from '../monitor/monitor-job.ts';
import { keyValue } from '../output/key-value.ts';

export const command = defineCommand({
  usage: '[flags] JOB [FILE]',
  description: `Runs a parameterized job once, with these values and the content of FILE ("-": the standard input) as its payload.`,
  args: [1, 2],
  flags: {
    meta: { kind: 'texts', value: 'KEY=VALUE', help: 'Value for the job (repeatable)' },
    'idempotency-token': { kind: 'text', value: 'TOKEN', help: 'Dispatch only if no child of this token is known' },
    'id-prefix-template': { kind: 'text', value: 'TEXT', help: "Goes into the child's id" },
    detach: { kind: 'bool', help: 'Return at once, with the ids' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['job dispatch -meta user=ann report', 'job dispatch encode video.mp4'],
  async run({ flags, args, io, env }) {
    const [given = '', file] = args;
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, given, io);
    const payload = file === undefined ? undefined : file === '-' ? await io.input() : await readFile(file);
    const meta = pairs(flags.meta);
    const dispatched = await nomad.jobs.dispatch(id, {
      meta,
      ...(payload && { payload }),
      ...(flags['idempotency-token'] && { idempotencyToken: flags['idempotency-token'] }),
      ...(flags['id-prefix-template'] && { idPrefix: flags['id-prefix-template'] }),
    });
    io.out(
      keyValue(io.paint, [
        ['Dispatched Job ID', dispatched.DispatchedJobID],
        ['Evaluation ID', dispatched.EvalID || undefined],
      ]),
    );
    if (flags.detach || !dispatched.EvalID) return 0;
    io.out('\n');
    return monitorJob(dispatched.DispatchedJobID, dispatched, { nomad, io, verbose: flags.verbose === true });
  },
});
