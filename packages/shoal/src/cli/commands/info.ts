import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows figures of an agent.',
  args: [0, 0],
  flags: { ...CONSUL_FLAGS },
  examples: ['info'],
  async run({ flags, io, env }) {
    type Self = { Stats: Record<string, Record<string, string>> };
    const { value } = await connectConsulHttp(flags, env).ask<Self>('GET', '/v1/agent/self');
    for (const [group, figures] of sorted(value?.Stats ?? {})) {
      io.out(`${group}:\n`);
      for (const [name, figure] of sorted(figures)) io.out(`\t${name} = ${figure}\n`);
    }
    return 0;
  },
});

function sorted<T>(record: Record<string, T>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
