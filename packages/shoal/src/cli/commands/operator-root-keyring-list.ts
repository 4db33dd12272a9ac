import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';
import { timeText } from '../variables/show.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the keys that the servers encrypt variables with; the keys themselves stay with the servers.',
  args: [0, 0],
  flags: { ...DATA_FLAGS, verbose: { kind: 'bool', help: 'Show whole ids' }, ...NOMAD_FLAGS },
  examples: ['operator root keyring list', 'operator root keyring list -verbose'],
  async run({ flags, io, env }) {
    const keys = await connectNomad(flags, env).keyring.list();
    const data = await asData(keys, flags);
    if (data !== undefined) io.out(data);
    else if (keys.length === 0) io.out('No keys: the first one is made with the first variable\n');
    else {
      const rows = keys.map((key) => [shortId(key.KeyID, flags.verbose === true), key.State, timeText(key.CreateTime)]);
      io.out(table(io.paint, ['Key', 'State', 'Create Time'], rows));
    }
    return 0;
  },
});
