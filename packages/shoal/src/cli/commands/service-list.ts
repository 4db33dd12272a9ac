import type { ServiceEntry } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../output/json.ts';
import { table } from '../output/table.ts';
import { instanceStatus } from '../show/service-health.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists services with how many of their instances are well, and their tags.',
  args: [0, 0],
  flags: { json: { kind: 'bool', help: 'Print JSON' }, ...CONSUL_FLAGS },
  examples: ['service list'],
  async run({ flags, io, env }) {
    const consul = connectConsul(flags, env);
    const { value: tags } = await consul.catalogServices();
    const names = Object.keys(tags).sort();
    const services = await Promise.all(
      names.map(async (name) => ({ name, instances: (await consul.healthService(name)).value })),
    );
    if (flags.json) {
      io.out(jsonText(services.map(({ name, instances }) => ({ Name: name, Tags: tags[name], Instances: instances }))));
      return 0;
    }
    const rows = services.map(({ name, instances }) => [
      name,
      health(instances, io),
      (tags[name] ?? []).sort().join(','),
    ]);
    if (rows.length === 0) io.out('No services found\n');
    else io.out(table(io.paint, ['Service', 'Healthy', 'Tags'], rows));
    return 0;
  },
});

function health(instances: readonly ServiceEntry[], { paint }: Io): string {
  const well = instances.filter((instance) => instanceStatus(instance) !== 'critical').length;
  const text = `${well} of ${instances.length}`;
  if (well === instances.length) return paint.green(text);
  return well === 0 ? paint.red(text) : paint.yellow(text);
}
