import type { Job } from '@shoal/api';

/** A job that is only a template: children are made of it, it is never placed itself. A dispatched child keeps its parent's `ParameterizedJob`. */
export function isTemplate(job: Pick<Job, 'Periodic' | 'ParameterizedJob' | 'Dispatched'>): boolean {
  return job.Periodic !== null || (job.ParameterizedJob !== null && !job.Dispatched);
}

/** A job that is launched by its clock. One that is parameterized as well is a form for such jobs: each dispatch makes one (job specification, parameterized). */
export function keepsTime(job: Pick<Job, 'Periodic' | 'Stop' | 'ParameterizedJob' | 'Dispatched'>): boolean {
  return job.Periodic?.Enabled === true && !job.Stop && (job.ParameterizedJob === null || job.Dispatched);
}
