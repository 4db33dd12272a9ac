import { defineCommand } from '../command.ts';
import { CHANGE_FLAGS, changeDeployment } from '../deployment-change.ts';

export const command = defineCommand({
  usage: '[flags] DEPLOYMENT',
  description: `Lets a deployment end that waits for those of other regions. There is one region, so none waits; for a Nomad that is
asked by this command. DEPLOYMENT may be the beginning of an id.`,
  args: [1, 1],
  flags: CHANGE_FLAGS,
  examples: ['deployment unblock 8990cfbc'],
  run: (call) =>
    changeDeployment(
      call,
      (nomad, { ID }) => nomad.deployments.unblock(ID),
      () => 'unblocked',
    ),
});
