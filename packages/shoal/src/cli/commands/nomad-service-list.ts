import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: `Lists the services with provider = "nomad". With all others they are in the catalog, too: "shoal service list" shows both.`,
  args: [0, 0],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['service list', "service list -namespace '*'"],
  async run({ flags, io, env }) {
    const { value } = await connectNomad(flags, env).services.list();
    const data = await asData(value, flags);
    if (data !== undefined) {
      io.out(data);
      return 0;
    }
    const all = value.flatMap(({ Namespace, Services }) => Services.map((service) => ({ Namespace, ...service })));
    if (all.length === 0) io.out('No service registrations found\n');
    else if ((flags.namespace || env[NOMAD_FLAGS.namespace.env]) === '*') {
      const rows = all.map(({ ServiceName, Namespace, Tags }) => [ServiceName, Namespace, `[${Tags.join(',')}]`]);
      io.out(table(io.paint, ['Service Name', 'Namespace', 'Tags'], rows));
    } else {
      const rows = all.map(({ ServiceName, Tags }) => [ServiceName, `[${Tags.join(',')}]`]);
      io.out(table(io.paint, ['Service Name', 'Tags'], rows));
    }
    return 0;
  },
});
