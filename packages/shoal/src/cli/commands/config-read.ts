import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: "Prints one entry of Consul's central configuration as JSON.",
  args: [0, 0],
  flags: {
    kind: { kind: 'text', value: 'KIND', help: 'Such as service-defaults' },
    name: { kind: 'text', value: 'NAME', help: 'Of the entry' },
    ...CONSUL_FLAGS,
  },
  examples: ['config read -kind service-defaults -name web'],
  async run({ flags: { kind, name, ...flags }, io, env }) {
    if (!kind || !name) throw new UsageError('give -kind and -name');
    const path = `/v1/config/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
    io.out(jsonText((await connectConsulHttp(flags, env).ask('GET', path)).value));
    return 0;
  },
});
