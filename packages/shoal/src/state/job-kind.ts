import type { Job } from '@shoal/api';

/** A job that is only a template: children are made of it, it is never placed itself. A dispatched child keeps its parent's `ParameterizedJob`. */
export function isTemplate(job: Pick<Job, 'Periodic' | 'ParameterizedJob' | 'Dispatched'>): boolean {
  return job.Periodic !== null || (job.ParameterizedJob !== null && !job.Dispatched);
}
