import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';

export const command = defineCommand({
  usage: '[flags] POOL',
  description: 'Shows a node pool.',
  args: [1, 1],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['node pool info prod'],
  async run({ flags, args, io, env }) {
    const [name = ''] = args;
    const { value: pool } = await connectNomad(flags, env).nodePools.read(name);
    if (!pool) throw new CommandError(`there is no node pool "${name}": "node pool list" shows those that there are`);
    const meta = Object.entries(pool.Meta ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    const about = keyValue(io.paint, [
      ['Name', pool.Name],
      ['Description', pool.Description || '<none>'],
    ]);
    const metadata = meta.length > 0 ? keyValue(io.paint, meta) : 'No metadata\n';
    io.out((await asData(pool, flags)) ?? `${about}\n${io.paint.bold('Metadata')}\n${metadata}`);
    return 0;
  },
});
