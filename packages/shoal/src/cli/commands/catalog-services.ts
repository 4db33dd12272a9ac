import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsul } from '../connection/consul.ts';
import { table } from '../output/table.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists the names of all services. "service list" shows how they do.',
  args: [0, 0],
  flags: { tags: { kind: 'bool', help: 'With their tags' }, ...CONSUL_FLAGS },
  examples: ['catalog services', 'catalog services -tags'],
  async run({ flags, io, env }) {
    const { value } = await connectConsul(flags, env).catalogServices();
    const names = Object.keys(value).sort();
    if (flags.tags)
      io.out(
        table(
          io.paint,
          ['Service', 'Tags'],
          names.map((name) => [name, [...(value[name] ?? [])].sort().join(',')]),
        ),
      );
    else for (const name of names) io.out(`${name}\n`);
    return 0;
  },
});
