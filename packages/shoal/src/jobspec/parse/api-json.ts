import type { Job } from '@shoal/api';
import type { Diagnostic } from '@shoal/hcl';
import type { Draft } from '../draft.ts';
import { type ReadProblem, readJob } from '../read.ts';

/**
 * A job file that holds a job as the API shows it: `{"Job": {…}}`, or the job alone. `undefined` if it is none of these
 * (a file in HCL's JSON syntax has a member `job`).
 */
export function readApiJson(source: string): { job: Draft<Job>; diagnostics: Diagnostic[] } | undefined {
  const job = apiJobIn(source);
  if (job === undefined) return undefined;
  const read = readJob(job);
  const diagnostics = [
    ...read.errors.map((problem) => diagnosticOf(problem, 'error')),
    ...read.unknown.map((problem) => diagnosticOf(problem, 'warning')),
  ];
  return { job: read.job, diagnostics };
}

function apiJobIn(source: string): unknown {
  if (!/^\ufeff?\s*\{/.test(source)) return undefined;
  const parsed = parseJson(source.replace(/^\ufeff/, ''));
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  if ('Job' in parsed) return parsed.Job;
  return 'ID' in parsed || 'TaskGroups' in parsed ? parsed : undefined;
}

function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined; // the HCL parser reads it again, and says where it is wrong
  }
}

function diagnosticOf({ path, message }: ReadProblem, severity: Diagnostic['severity']): Diagnostic {
  const summary = severity === 'error' ? 'Unsuitable value' : 'Unknown field';
  return { severity, summary, detail: `${path}: ${message}` };
}
