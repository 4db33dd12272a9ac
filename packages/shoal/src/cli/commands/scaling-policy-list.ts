import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';
import { targetText } from '../show/scaling-policy.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the scaling policies that the groups of jobs have.',
  args: [0, 0],
  flags: {
    job: { kind: 'text', value: 'JOB', help: 'Only those of this job' },
    type: { kind: 'text', value: 'TYPE', help: 'Only those of this type, such as horizontal' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['scaling policy list', 'scaling policy list -job web'],
  async run({ flags, io, env }) {
    const { job, type } = flags;
    const { value } = await connectNomad(flags, env).scaling.policies({ ...(job && { job }), ...(type && { type }) });
    const rows = value.map((policy) => [
      shortId(policy.ID, flags.verbose === true),
      String(policy.Enabled),
      policy.Type,
      targetText(policy),
    ]);
    const data = await asData(value, flags);
    if (data !== undefined) io.out(data);
    else io.out(rows.length > 0 ? table(io.paint, ['ID', 'Enabled', 'Type', 'Target'], rows) : 'No policies found\n');
    return 0;
  },
});
