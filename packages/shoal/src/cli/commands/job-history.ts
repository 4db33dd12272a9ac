import type { Job, JobDiff } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError } from '../errors.ts';
import { findJob } from '../find/job.ts';
import { timeOf } from '../output/ago.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';
import { jobDiff } from '../show/job-diff.ts';

export const command = defineCommand({
  usage: '[flags] JOB',
  description: `Shows the versions of a job that are kept, newest first, and with -p how each differs from the one before.`,
  args: [1, 1],
  flags: {
    p: { kind: 'bool', help: 'Show how versions differ' },
    version: { kind: 'number', help: 'Only this version' },
    'diff-version': { kind: 'number', help: 'Show how versions differ from this one' },
    'diff-tag': { kind: 'text', value: 'TAG', help: 'Show how versions differ from the one with this tag' },
    full: { kind: 'bool', help: 'Print the whole version as JSON; with -version' },
    ...DATA_FLAGS,
    ...NOMAD_FLAGS,
  },
  examples: ['job history web', 'job history -p web', 'job history -diff-tag golden web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const { id } = await findJob(nomad, args[0] ?? '', io);
    const base = { version: flags['diff-version'], tag: flags['diff-tag'] };
    const { value } = await nomad.jobs.versions(id, {
      diffs: flags.p === true || base.version !== undefined || base.tag !== undefined,
      ...(base.version !== undefined && { diffVersion: base.version }),
      ...(base.tag !== undefined && { diffTag: base.tag }),
    });
    const diffs = [...(value?.Diffs ?? [])];
    const isBase = ({ Version, VersionTag }: Job) =>
      Version === base.version || (base.tag !== undefined && VersionTag?.Name === base.tag);
    const all = (value?.Versions ?? []).map((job) => ({ job, diff: isBase(job) ? undefined : diffs.shift() }));
    const shown = all.filter(({ job }) => flags.version === undefined || job.Version === flags.version);
    if (shown.length === 0) throw new CommandError(`there is no version ${flags.version ?? ''} of the job "${id}"`);
    const jobs = shown.map(({ job }) => job);
    const data = await asData(flags.full ? jobs[0] : jobs, { ...flags, json: flags.json || (flags.full && !flags.t) });
    if (data !== undefined) {
      io.out(data);
      return 0;
    }
    const diffText = (diff: JobDiff | undefined) =>
      diff ? `Diff        =\n${jobDiff(diff, { paint: io.paint, verbose: false })}` : '';
    const blocks = shown.map(
      ({ job, diff }) =>
        keyValue(io.paint, [
          ['Version', String(job.Version)],
          ['Stable', String(job.Stable)],
          ['Submit Date', timeOf(job.SubmitTime)],
          ['Tag Name', job.VersionTag?.Name],
          ['Tag Description', job.VersionTag?.Description || undefined],
        ]) + diffText(diff),
    );
    io.out(blocks.join('\n'));
    return 0;
  },
});
