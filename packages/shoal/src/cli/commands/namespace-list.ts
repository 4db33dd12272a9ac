import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists namespaces.',
  args: [0, 0],
  flags: { json: { kind: 'bool', help: 'Print JSON' }, ...NOMAD_FLAGS },
  examples: ['namespace list'],
  async run({ flags, io, env }) {
    const { value } = await connectNomad(flags, env).namespaces.list();
    const rows = value.map(({ Name, Description }) => [Name, Description || '<none>']);
    io.out(flags.json ? jsonText(value) : table(io.paint, ['Name', 'Description'], rows.sort()));
    return 0;
  },
});
