import type { JobStub, NomadClient } from '@shoal/api';
import type { Io } from '../io.ts';
import { timeOf } from '../output/ago.ts';
import { notOne } from './ambiguous.ts';

/** The id of the one job that is called so, or begins so. `exact` tells which. Throws CommandError with what there is. */
export async function findJob(nomad: NomadClient, given: string, io: Io): Promise<{ id: string; exact: boolean }> {
  const { value: jobs } = await nomad.jobs.list({ prefix: given });
  const exact = jobs.find(({ ID }) => ID === given);
  if (exact) return { id: exact.ID, exact: true };
  const [only] = jobs;
  if (only && jobs.length === 1) return { id: only.ID, exact: false };
  throw notOne('job', given, jobListing(jobs), io);
}

export function jobListing(jobs: readonly JobStub[]) {
  return {
    headings: ['ID', 'Type', 'Priority', 'Status', 'Submit Date'],
    rows: jobs.map((job) => [job.ID, jobKind(job), String(job.Priority), jobStatus(job), timeOf(job.SubmitTime)]),
  };
}

export function jobKind({ Type, Periodic, ParameterizedJob }: Pick<JobStub, 'Type' | 'Periodic' | 'ParameterizedJob'>) {
  return [Type, ...(Periodic ? ['periodic'] : []), ...(ParameterizedJob ? ['parameterized'] : [])].join('/');
}

/** A stopped job is told from one whose work is done. */
export function jobStatus({ Status, Stop }: { Status: string; Stop: boolean }): string {
  return Stop ? `${Status} (stopped)` : Status;
}
