import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { UsageError } from '../errors.ts';
import { findById } from '../find/by-id.ts';
import { deploymentKind } from '../find/kinds.ts';
import { monitorRollout } from '../monitor/monitor-rollout.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { deploymentTable, deploymentText } from '../show/deployment.ts';

export const command = defineCommand({
  usage: '[flags] [DEPLOYMENT]',
  description: `Shows a deployment, or follows it until it is over: lines of what happens, and on a terminal a table that is kept
current; when it fails, also the one that puts the job back. Ends with 1 when the followed one fails. DEPLOYMENT may be the beginning of an id; without one all are listed.`,
  args: [0, 1],
  flags: {
    monitor: { kind: 'bool', help: 'Follow it until it is over' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...NOMAD_FLAGS,
  },
  examples: ['deployment status a8637054', 'deployment status -monitor a8637054'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const verbose = flags.verbose === true;
    const [given] = args;
    if (given === undefined) {
      if (flags.monitor) throw new UsageError('name the deployment to follow');
      const { value } = await nomad.deployments.list({ reverse: true });
      io.out((await asData(value, flags)) ?? deploymentTable(value, io, verbose));
      return 0;
    }
    const deployment = await findById(deploymentKind(nomad), given, io);
    if (flags.monitor) return monitorRollout(deployment.ID, { nomad, io, verbose });
    io.out((await asData(deployment, flags)) ?? deploymentText(deployment, io, verbose));
    return 0;
  },
});
