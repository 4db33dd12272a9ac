import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import { chosenNode } from '../find/node.ts';

export const command = defineCommand({
  usage: '-enable|-disable [flags] NODE',
  description: `Says whether a node gets new allocations. What runs on it goes on. NODE may be the beginning of an id, or a
node's name.`,
  args: [0, 1],
  flags: {
    enable: { kind: 'bool', help: 'It gets new allocations' },
    disable: { kind: 'bool', help: 'It gets none' },
    self: { kind: 'bool', help: 'The node of the agent that is asked' },
    ...NOMAD_FLAGS,
  },
  examples: ['node eligibility -disable f1756f25'],
  async run({ flags, args, io, env }) {
    if (Boolean(flags.enable) === Boolean(flags.disable)) throw new UsageError('give either -enable or -disable');
    const [given] = args;
    const nomad = connectNomad(flags, env);
    const { id } = await chosenNode(nomad, { self: flags.self, given }, io);
    await nomad.nodes.setEligibility(id, flags.enable ? 'eligible' : 'ineligible');
    const effect = flags.enable ? 'eligible' : 'ineligible';
    io.out(`Node "${id}" scheduling eligibility set: ${effect} for scheduling\n`);
    return 0;
  },
});
