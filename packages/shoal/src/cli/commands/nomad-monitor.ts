import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findNode } from '../find/node.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows the log of an agent as it is written, at any level, whatever level the agent itself writes.',
  args: [0, 0],
  flags: {
    'log-level': { kind: 'text', value: 'LEVEL', help: 'trace, debug, info, warn or error; default info' },
    json: { kind: 'bool', help: 'Lines of JSON' },
    'node-id': { kind: 'text', value: 'NODE', help: "A node's agent: its name, or the beginning of its id" },
    'server-id': { kind: 'text', value: 'SERVER', help: 'Taken as Nomad takes it: there is one server', hidden: true },
    ...NOMAD_FLAGS,
  },
  examples: ['monitor', 'monitor -log-level=debug', 'monitor -node-id=web-1'],
  async run({ flags, io, env }) {
    const nomad = connectNomad(flags, env);
    const node = flags['node-id'];
    const lines = await nomad.agent.monitor({
      ...(flags['log-level'] !== undefined && { level: flags['log-level'] }),
      ...(flags.json && { json: true }),
      ...(node !== undefined && { nodeId: (await findNode(nomad, node, io)).id }),
    });
    await io.pour(lines);
    return 0;
  },
});
