import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';
import { UsageError } from '../errors.ts';
import { jsonText } from '../output/json.ts';

const ACTIONS = { install: 'POST', use: 'PUT', remove: 'DELETE' } as const;

export const command = defineCommand({
  usage: '[flags]',
  description: `Looks at, and changes, the keys of Consul's gossip. Shoal's agents do not gossip: they talk over TLS with certificates of the cluster's own
authority, and say so. Against a real Consul it works as there.`,
  args: [0, 0],
  flags: {
    list: { kind: 'bool', help: 'Show the keys' },
    install: { kind: 'text', value: 'KEY', help: 'Add a key' },
    use: { kind: 'text', value: 'KEY', help: 'Make a key the first' },
    remove: { kind: 'text', value: 'KEY', help: 'Take a key away' },
    ...CONSUL_FLAGS,
  },
  examples: ['keyring -list'],
  async run({ flags: { list, install, use, remove, ...flags }, io, env }) {
    const asked = Object.entries({ install, use, remove }).filter(([, key]) => key !== undefined);
    if (asked.length + (list ? 1 : 0) !== 1) throw new UsageError('give one of -list, -install, -use, -remove');
    const http = connectConsulHttp(flags, env);
    const [action, Key] = asked[0] ?? [];
    if (action === undefined) {
      io.out(jsonText((await http.ask('GET', '/v1/operator/keyring')).value));
      return 0;
    }
    await http.ask(ACTIONS[action as keyof typeof ACTIONS], '/v1/operator/keyring', { body: JSON.stringify({ Key }) });
    io.out('Done\n');
    return 0;
  },
});
