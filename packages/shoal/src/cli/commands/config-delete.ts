import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { CommandError, UsageError } from '../errors.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: "Deletes an entry of Consul's central configuration. One that is not there is gone already.",
  args: [0, 0],
  flags: {
    kind: { kind: 'text', value: 'KIND', help: 'Such as service-defaults' },
    name: { kind: 'text', value: 'NAME', help: 'Of the entry' },
    cas: { kind: 'bool', help: 'Only if the entry is as -modify-index says' },
    'modify-index': { kind: 'number', help: 'Index for -cas' },
    ...CONSUL_FLAGS,
  },
  examples: ['config delete -kind service-defaults -name web'],
  async run({ flags: { kind, name, cas, 'modify-index': index, ...flags }, io, env }) {
    if (!kind || !name) throw new UsageError('give -kind and -name');
    if ((cas === true) !== (index !== undefined)) throw new UsageError('-cas and -modify-index go together');
    const path = `/v1/config/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`;
    const query = cas ? { cas: index } : {};
    const { value } = await connectConsulHttp(flags, env).ask<unknown>('DELETE', path, { query });
    if (value === false) throw new CommandError(`Config entry not deleted: ${kind}/${name} is not at index ${index}`);
    io.out(`Config entry deleted: ${kind}/${name}\n`);
    return 0;
  },
});
