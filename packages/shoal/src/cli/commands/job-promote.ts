import { defineCommand } from '../command.ts';
import { connectNomad } from '../connection/nomad.ts';
import { CHANGE_FLAGS, followChange, GROUP_FLAG, promoteGroups } from '../deployment-change.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: `Promotes the canaries of a job's latest deployment: the rest of the old version is replaced. JOB may be the
beginning of an id.`,
  args: [1, 1],
  flags: { ...GROUP_FLAG, ...CHANGE_FLAGS },
  examples: ['job promote web', 'job promote -group front web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const { value: deployment } = await nomad.jobs.latestDeployment(id);
    if (!deployment) throw new CommandError(`the job "${id}" has no deployment to promote`);
    const written = await promoteGroups(nomad, deployment, flags.group);
    io.out(`Deployment "${deployment.ID}" promoted\n`);
    return followChange(written, { flags, nomad, io });
  },
});
