import { defineCommand } from '../command.ts';
import { CONSUL_FLAGS, connectConsulHttp } from '../connection/consul.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: `Makes a session and prints its id. Keys are locked with it (kv put has no lock; see "lock"). It ends with its node and its checks,
and when it is not renewed for about twice its TTL.`,
  args: [0, 0],
  flags: {
    name: { kind: 'text', value: 'NAME', help: 'For people' },
    node: { kind: 'text', value: 'NODE', help: "Node that it depends on; default: the agent's" },
    ttl: { kind: 'text', value: 'DURATION', help: '10s to 24h; default: none' },
    behavior: { kind: 'text', value: 'WORD', help: 'release or delete: what becomes of its keys; default release' },
    'lock-delay': { kind: 'text', value: 'DURATION', help: 'How long they stay free after it; default 15s' },
    check: { kind: 'texts', value: 'ID', help: 'Checks of the node that it depends on; default serfHealth' },
    ...CONSUL_FLAGS,
  },
  examples: ['session create -name deploy -ttl 30s'],
  async run({ flags, io, env }) {
    const body = {
      Name: flags.name,
      Node: flags.node,
      TTL: flags.ttl,
      Behavior: flags.behavior,
      LockDelay: flags['lock-delay'],
      ...(flags.check.length > 0 && { NodeChecks: flags.check }),
    };
    const http = connectConsulHttp(flags, env);
    const { value } = await http.ask<{ ID: string }>('PUT', '/v1/session/create', { body: JSON.stringify(body) });
    io.out(`${value?.ID}\n`);
    return 0;
  },
});
