import type { Job } from '@shoal/api';
import type { GroupCounts } from '../job-summary.ts';
import type { Read } from '../read.ts';
import type { JobRow } from '../rows.ts';
import { jobKey } from '../tables.ts';

/** A job as the API shows it: its row with what is derived. */
export function composeJob(read: Read, row: JobRow): Job {
  const { status, index } = read.jobStatus(row);
  return { ...row, Status: status, ModifyIndex: Math.max(row.ModifyIndex, index) };
}

/** The whole of `GET /v1/job/:id/summary`. */
export type JobSummaryAnswer = {
  JobID: string;
  Namespace: string;
  Summary: Record<string, Omit<GroupCounts, 'Unknown'> & { Queued: number }>;
  Children: { Pending: number; Running: number; Dead: number };
  CreateIndex: number;
  ModifyIndex: number;
};

export function composeSummary(read: Read, job: JobRow): JobSummaryAnswer {
  const summary = read.state.summaries.get(job.Namespace, job.ID);
  const groups = (job.TaskGroups ?? []).map(({ Name }) => {
    const { Unknown: unknown = 0, ...counts } = summary?.groups.get(Name) ?? NO_COUNTS;
    return [Name, { ...counts, ...(unknown > 0 && { Unknown: unknown }), Queued: summary?.queued[Name] ?? 0 }] as const;
  });
  return {
    JobID: job.ID,
    Namespace: job.Namespace,
    Summary: Object.fromEntries(groups),
    Children: children(read, job),
    CreateIndex: job.CreateIndex,
    ModifyIndex: Math.max(job.ModifyIndex, summary?.index ?? 0),
  };
}

const NO_COUNTS = { Starting: 0, Running: 0, Failed: 0, Complete: 0, Lost: 0, Unknown: 0 };

/** Jobs that a periodic or parameterized job has made, by status. */
function children(read: Read, job: JobRow): JobSummaryAnswer['Children'] {
  const counts = { Pending: 0, Running: 0, Dead: 0 };
  for (const child of read.state.tables.jobs.by('parent', jobKey(job.Namespace, job.ID))) {
    const status = read.state.summaries.get(child.Namespace, child.ID)?.status ?? 'pending';
    counts[STATUS_FIELD[status]] += 1;
  }
  return counts;
}

const STATUS_FIELD = { pending: 'Pending', running: 'Running', dead: 'Dead' } as const;
