import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findById } from '../find/by-id.ts';
import { deploymentKind } from '../find/kinds.ts';
import { monitorDeployment } from '../monitor/monitor-deployment.ts';
import { jsonText } from '../output/json.ts';
import { deploymentText } from '../show/deployment.ts';

export const command = defineCommand({
  usage: '[flags] DEPLOYMENT',
  description: 'Shows a deployment, or follows it until it is over. DEPLOYMENT may be the beginning of an id.',
  args: [1, 1],
  flags: {
    monitor: { kind: 'bool', help: 'Follow it until it is over' },
    json: { kind: 'bool', help: 'Print JSON' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['deployment status a8637054', 'deployment status -monitor a8637054'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const verbose = flags.verbose === true;
    const deployment = await findById(deploymentKind(nomad), args[0] ?? '', io);
    if (flags.monitor)
      return (await monitorDeployment(deployment.ID, { nomad, io, verbose })).Status === 'failed' ? 1 : 0;
    io.out(flags.json ? jsonText(deployment) : deploymentText(deployment, io, verbose));
    return 0;
  },
});
