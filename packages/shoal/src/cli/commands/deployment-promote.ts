import { defineCommand } from '../command.ts';
import { CHANGE_FLAGS, changeDeployment, GROUP_FLAG, promoteGroups } from '../deployment-change.ts';

export const command = defineCommand({
  usage: '[flags] DEPLOYMENT',
  description:
    'Makes canaries the real thing: the rest of the old version is replaced. DEPLOYMENT may be the beginning of an id.',
  args: [1, 1],
  flags: { ...GROUP_FLAG, ...CHANGE_FLAGS },
  examples: ['deployment promote 8990cfbc', 'deployment promote -group api -group web 8990cfbc'],
  run: (call) =>
    changeDeployment(
      call,
      (nomad, deployment) => promoteGroups(nomad, deployment, call.flags.group),
      () => 'promoted',
    ),
});
