import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';

const INDEXES = new Set(['CreateIndex', 'ModifyIndex']);

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows how servers look after each other.',
  args: [0, 0],
  flags: NOMAD_FLAGS,
  examples: ['operator autopilot get-config'],
  async run({ flags, io, env }) {
    const config = await connectNomad(flags, env).operator.autopilot();
    for (const [name, value] of Object.entries(config)) if (!INDEXES.has(name)) io.out(`${name} = ${value}\n`);
    return 0;
  },
});
