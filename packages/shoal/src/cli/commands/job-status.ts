import type { AllocStub, Deployment, Evaluation, Job, JobSummary, NomadClient } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { findJob, jobStatus } from '../find/job.ts';
import type { FlagValues } from '../flags.ts';
import type { Io } from '../io.ts';
import { ago, timeOf } from '../output/ago.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';
import { paintStatus } from '../output/paint.ts';
import { shortId } from '../output/short-id.ts';
import { table } from '../output/table.ts';
import { allocTable } from '../show/alloc-table.ts';
import { deployedTable } from '../show/deployment.ts';
import { jobTable } from '../show/job-table.ts';
import { placementFailures } from '../show/placement-failure.ts';

export const command = defineCommand({
  usage: '[flags] [JOB]',
  description: `Lists jobs, or shows one: its groups, its latest deployment, what could not be placed, and its allocations.
JOB may be the beginning of an id.`,
  args: [0, 1],
  flags: {
    short: { kind: 'bool', help: 'Only what the job is' },
    evals: { kind: 'bool', help: 'Also its evaluations' },
    'all-allocs': { kind: 'bool', help: 'Also allocations of an earlier job with the same id' },
    ...DATA_FLAGS,
    verbose: { kind: 'bool', help: 'Show whole ids, and times instead of spans' },
    ...NOMAD_FLAGS,
  },
  examples: ['job status', 'job status web', 'job status -evals web'],
  async run({ flags, args, io, env }) {
    const nomad = connectNomad(flags, env);
    const [given] = args;
    if (given === undefined) return list(nomad, io, flags);
    const { id } = await findJob(nomad, given, io);
    const all = flags['all-allocs'] === true;
    const [job, summary, allocs, deployment, evaluations] = await Promise.all([
      nomad.jobs.read(id),
      nomad.jobs.summary(id),
      nomad.jobs.allocations(id, { all }),
      nomad.jobs.latestDeployment(id),
      nomad.jobs.evaluations(id),
    ]).then((answers) => answers.map(({ value }) => value) as Facts);
    if (!job) throw new Error(`the job "${id}" has just been removed`);
    const facts = {
      Job: job,
      Summary: summary,
      Allocations: allocs,
      LatestDeployment: deployment,
      Evaluations: evaluations,
    };
    const data = await asData(facts, flags);
    if (data !== undefined) {
      io.out(data);
      return 0;
    }
    const verbose = flags.verbose === true;
    io.out(keyValue(io.paint, about(job, io)));
    if (flags.short) return 0;
    io.out(summaryText(summary, job, io));
    if (flags.evals) io.out(`\n${io.paint.bold('Evaluations')}\n${evaluationTable(evaluations, io, verbose)}`);
    io.out(failureText(evaluations, io));
    if (deployment) io.out(deploymentText(deployment, io, verbose));
    io.out(`\n${io.paint.bold('Allocations')}\n${allocTable(allocs, io, { verbose })}`);
    return 0;
  },
});

type Facts = [Job | undefined, JobSummary | undefined, AllocStub[], Deployment | null, Evaluation[]];

async function list(nomad: NomadClient, io: Io, flags: FlagValues<typeof DATA_FLAGS>): Promise<number> {
  const { value: jobs } = await nomad.jobs.list();
  const data = await asData(jobs, flags);
  if (data !== undefined) io.out(data);
  else io.out(jobTable(jobs, io));
  return 0;
}

function about(job: Job, io: Io): [string, string | undefined][] {
  return [
    ['ID', job.ID],
    ['Name', job.Name],
    ['Submit Date', timeOf(job.SubmitTime)],
    ['Type', job.Type],
    ['Priority', String(job.Priority)],
    ['Datacenters', (job.Datacenters ?? []).join(',')],
    ['Namespace', job.Namespace],
    ['Status', paintStatus(io.paint, jobStatus(job))],
    ['Periodic', String(job.Periodic !== null)],
    ['Parameterized', String(isParameterized(job))],
    ['Parent', job.ParentID || undefined],
    ['Version', String(job.Version)],
  ];
}

/** What was dispatched of such a job keeps its block. */
function isParameterized({ ParameterizedJob, Dispatched }: Job): boolean {
  return ParameterizedJob !== null && !Dispatched;
}

function summaryText(summary: JobSummary | undefined, job: Job, io: Io): string {
  if (job.Periodic || isParameterized(job)) {
    const { Pending = 0, Running = 0, Dead = 0 } = summary?.Children ?? {};
    const rows = [[String(Pending), String(Running), String(Dead)]];
    return `\n${io.paint.bold('Children Job Summary')}\n${table(io.paint, ['Pending', 'Running', 'Dead'], rows)}`;
  }
  const groups = Object.entries(summary?.Summary ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const columns = ['Queued', 'Starting', 'Running', 'Failed', 'Complete', 'Lost', 'Unknown'] as const;
  const rows = groups.map(([name, counts]) => [name, ...columns.map((column) => String(counts[column] ?? 0))]);
  return `\n${io.paint.bold('Summary')}\n${table(io.paint, ['Task Group', ...columns], rows)}`;
}

/** Only while something still waits for room: an old failure says nothing of today. */
function failureText(evaluations: readonly Evaluation[], io: Io): string {
  if (!evaluations.some(({ Status }) => Status === 'blocked')) return '';
  const newest = [...evaluations].sort((a, b) => b.CreateIndex - a.CreateIndex);
  const failed = newest.find(({ FailedTGAllocs }) => Object.keys(FailedTGAllocs ?? {}).length > 0)?.FailedTGAllocs;
  if (!failed) return '';
  return `\n${io.paint.yellow('Placement Failure')}\n${placementFailures(failed, { count: false }).join('\n')}\n`;
}

function deploymentText(deployment: Deployment, io: Io, verbose: boolean): string {
  const pairs: [string, string][] = [
    ['ID', shortId(deployment.ID, verbose)],
    ['Status', paintStatus(io.paint, deployment.Status)],
    ['Description', deployment.StatusDescription],
  ];
  return [
    `\n${io.paint.bold('Latest Deployment')}\n${keyValue(io.paint, pairs)}`,
    `\n${io.paint.bold('Deployed')}\n${deployedTable(deployment, io)}`,
  ].join('');
}

function evaluationTable(evaluations: readonly Evaluation[], io: Io, verbose: boolean): string {
  const rows = evaluations.map((evaluation) => [
    shortId(evaluation.ID, verbose),
    String(evaluation.Priority),
    evaluation.TriggeredBy,
    paintStatus(io.paint, evaluation.Status),
    Object.keys(evaluation.FailedTGAllocs ?? {}).length > 0 ? io.paint.yellow('true') : 'false',
    verbose ? timeOf(evaluation.CreateTime) : ago(io.now(), evaluation.CreateTime),
  ]);
  return table(io.paint, ['ID', 'Priority', 'Triggered By', 'Status', 'Placement Failures', 'Created'], rows);
}
