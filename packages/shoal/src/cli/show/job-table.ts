import type { JobStub } from '@shoal/api';
import { jobListing } from '../find/job.ts';
import type { Io } from '../io.ts';
import { paintStatus } from '../output/paint.ts';
import { table } from '../output/table.ts';

/** A list of jobs. */
export function jobTable(jobs: readonly JobStub[], io: Io): string {
  if (jobs.length === 0) return 'No running jobs\n';
  const { headings, rows } = jobListing(jobs);
  const status = headings.indexOf('Status');
  const painted = rows.map((row) =>
    row.map((cell, column) => (column === status ? paintStatus(io.paint, cell) : cell)),
  );
  return table(io.paint, headings, painted);
}
