import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists namespaces.',
  args: [0, 0],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['namespace list'],
  async run({ flags, io, env }) {
    const { value } = await connectNomad(flags, env).namespaces.list();
    const rows = value.map(({ Name, Description }) => [Name, Description || '<none>']);
    io.out((await asData(value, flags)) ?? table(io.paint, ['Name', 'Description'], rows.sort()));
    return 0;
  },
});
