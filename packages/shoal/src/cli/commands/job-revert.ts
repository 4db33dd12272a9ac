import type { NomadClient } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { FOREIGN_FLAGS } from '../foreign-flags.ts';
import { monitorJob } from '../monitor/monitor-job.ts';

export const command = defineCommand({
  usage: '[flags] JOB VERSION|TAG',
  description: 'Makes a new version of a job that is as an earlier one was, and follows it. See "job history".',
  args: [2, 2],
  flags: {
    detach: { kind: 'bool', help: 'Return at once, with the id of the evaluation' },
    verbose: { kind: 'bool', help: 'Show whole ids' },
    ...FOREIGN_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['job revert web 2', 'job revert web golden'],
  async run({ flags, args, io, env }) {
    const [given = '', text = ''] = args;
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, given, io);
    const version = /^\d+$/.test(text) ? Number(text) : await versionTagged(nomad, id, text);
    const written = await nomad.jobs.revert(id, version);
    if (!flags.detach && written.EvalID !== '')
      return monitorJob(id, written, { nomad, io, verbose: flags.verbose === true });
    io.out(`Job reverted\nEvaluation ID: ${written.EvalID}\n`);
    return 0;
  },
});

async function versionTagged(nomad: NomadClient, id: string, name: string): Promise<number> {
  const versions = (await nomad.jobs.versions(id)).value?.Versions ?? [];
  const found = versions.find(({ VersionTag }) => VersionTag?.Name === name);
  if (found) return found.Version;
  const tags = versions.flatMap(({ VersionTag }) => (VersionTag ? [`"${VersionTag.Name}"`] : []));
  const known = tags.length > 0 ? `its tags are ${tags.join(', ')}` : 'none of its versions has a tag';
  throw new CommandError(`"${name}" is neither the number nor the tag of a version of the job "${id}": ${known}`);
}
