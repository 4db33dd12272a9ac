import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findNamespace } from '../find/namespace.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';

export const command = defineCommand({
  usage: '[flags] NAMESPACE',
  description: 'Shows a namespace. NAMESPACE may be the beginning of a name.',
  args: [1, 1],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['namespace status default'],
  async run({ flags, args, io, env }) {
    const namespace = await findNamespace(connectNomad(flags, env), args[0] ?? '', io);
    const { Name, Description, Quota, Meta } = namespace;
    const pairs = Object.entries(Meta ?? {}).sort();
    const about = keyValue(io.paint, [
      ['Name', Name],
      ['Description', Description || '<none>'],
      ['Quota', Quota || '<none>'],
    ]);
    const metadata = pairs.length > 0 ? `\n${io.paint.bold('Metadata')}\n${keyValue(io.paint, pairs)}` : '';
    io.out((await asData(namespace, flags)) ?? about + metadata);
    return 0;
  },
});
