import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findJob } from '../find/job.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { allocTable } from '../show/alloc-table.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: 'Lists the allocations of a job, newest first. JOB may be the beginning of an id.',
  args: [1, 1],
  flags: {
    all: { kind: 'bool', help: 'Also those of an earlier job with the same id' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids, and times instead of spans' },
    ...NOMAD_FLAGS,
  },
  examples: ['job allocs web', "job allocs -t '{{ range . }}{{ .ID }} {{ end }}' web"],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const { value } = await nomad.jobs.allocations(id, { all: flags.all === true });
    io.out((await asData(value, flags)) ?? allocTable(value, io, { verbose: flags.verbose === true }));
    return 0;
  },
});
