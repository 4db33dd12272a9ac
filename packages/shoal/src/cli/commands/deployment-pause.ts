import { defineCommand } from '../command.ts';
import { CHANGE_FLAGS, changeDeployment } from '../deployment-change.ts';

export const command = defineCommand({
  usage: '[flags] DEPLOYMENT',
  description:
    'Holds a deployment: nothing more of it is placed until it is resumed. DEPLOYMENT may be the beginning of an id.',
  args: [1, 1],
  flags: CHANGE_FLAGS,
  examples: ['deployment pause 8990cfbc'],
  run: (call) =>
    changeDeployment(
      call,
      (nomad, { ID }) => nomad.deployments.pause(ID, true),
      () => 'paused',
    ),
});
