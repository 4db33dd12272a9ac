import { defineCommand } from '../command.ts';
import { CHANGE_FLAGS, changeDeployment } from '../deployment-change.ts';

export const command = defineCommand({
  usage: '[flags] DEPLOYMENT',
  description: 'Goes on with a paused deployment. DEPLOYMENT may be the beginning of an id.',
  args: [1, 1],
  flags: CHANGE_FLAGS,
  examples: ['deployment resume 8990cfbc'],
  run: (call) =>
    changeDeployment(
      call,
      (nomad, { ID }) => nomad.deployments.pause(ID, false),
      () => 'resumed',
    ),
});
