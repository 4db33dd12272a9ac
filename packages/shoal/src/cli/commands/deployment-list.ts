import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { jsonText } from '../output/json.ts';
import { deploymentTable } from '../show/deployment.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Lists deployments, newest first.',
  args: [0, 0],
  flags: {
    json: { kind: 'bool', help: 'Print JSON' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['deployment list'],
  async run({ flags, io, env }) {
    const { value } = await connectNomad(flags, env).deployments.list();
    io.out(flags.json ? jsonText(value) : deploymentTable(value, io, flags.verbose === true));
    return 0;
  },
});
