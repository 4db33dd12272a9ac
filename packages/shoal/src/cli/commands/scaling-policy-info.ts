import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findById } from '../find/by-id.ts';
import { policyKind } from '../find/kinds.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { jsonText } from '../output/json.ts';
import { keyValue } from '../output/key-value.ts';
import { shortId } from '../output/short-id.ts';
import { targetText } from '../show/scaling-policy.ts';

export const command = defineCommand({
  usage: '[flags] POLICY',
  description: 'Shows a scaling policy. POLICY may be the beginning of an id.',
  args: [1, 1],
  flags: {
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['scaling policy info 31a53813'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { ID } = await findById(policyKind(nomad), args[0] ?? '', io);
    const { value: policy } = await nomad.scaling.policy(ID);
    if (!policy) throw new CommandError(`the policy "${ID}" has just been removed`);
    const about = keyValue(io.paint, [
      ['ID', shortId(ID, flags.verbose === true)],
      ['Enabled', String(policy.Enabled)],
      ['Target', targetText(policy)],
      ['Min', String(policy.Min)],
      ['Max', String(policy.Max)],
    ]);
    io.out((await asData(policy, flags)) ?? `${about}\n${io.paint.bold('Policy')}:\n${jsonText(policy.Policy)}`);
    return 0;
  },
});
