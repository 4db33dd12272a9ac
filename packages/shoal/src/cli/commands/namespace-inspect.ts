import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findNamespace } from '../find/namespace.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags] NAMESPACE',
  description: 'Prints a namespace as the API has it. NAMESPACE may be the beginning of a name.',
  args: [1, 1],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['namespace inspect default', "namespace inspect -t '{{ .Description }}' default"],
  async run({ flags, args, io, env }) {
    const namespace = await findNamespace(connectNomad(flags, env), args[0] ?? '', io);
    io.out((await asData(namespace, flags)) ?? jsonText(namespace));
    return 0;
  },
});
