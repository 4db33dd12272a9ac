import { defineCommand } from '../command.ts';
import { CHANGE_FLAGS, changeDeployment } from '../deployment-change.ts';

export const command = defineCommand({
  usage: '[flags] DEPLOYMENT',
  description: `Marks a deployment as failed: nothing more of it is placed, and groups with auto_revert go back to the last stable
version. DEPLOYMENT may be the beginning of an id.`,
  args: [1, 1],
  flags: CHANGE_FLAGS,
  examples: ['deployment fail 8990cfbc'],
  run: (call) =>
    changeDeployment(
      call,
      (nomad, { ID }) => nomad.deployments.fail(ID),
      ({ RevertedJobVersion: version }) =>
        version === null ? 'failed' : `failed. Auto-reverted to job version ${version}.`,
    ),
});
