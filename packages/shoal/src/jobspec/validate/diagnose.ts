import type { Job } from '@shoal/api';
import { type Diagnostic, type Range, suggest } from '@shoal/hcl';
import { type Finding, located, type Path } from './findings.ts';
import { knownWords } from './known-words.ts';
import { findings } from './validate.ts';
import { jobWarnings } from './warnings.ts';

/**
 * What a server would say against a canonical job, each with its place in the job file (`placeOf`, of `parseJob`) and, for
 * a word that nobody knows, the one that was probably meant.
 */
export function diagnose(job: Job, placeOf: (path: Path) => Range | undefined): Diagnostic[] {
  const asDiagnostics = (found: readonly Finding[], severity: Diagnostic['severity']) =>
    located(found).map(({ text, path }): Diagnostic => {
      const range = placeOf(path);
      const meant = probablyMeant(path, job);
      return {
        severity,
        summary: text,
        detail: range === undefined && path.length > 0 ? `In ${pathText(path)}.` : '',
        ...(range !== undefined && { range }),
        ...(meant !== undefined && { remedy: `did you mean "${meant}"?` }),
      };
    });
  return [...asDiagnostics(findings(job), 'error'), ...asDiagnostics(jobWarnings(job), 'warning')];
}

function probablyMeant(path: Path, job: Job): string | undefined {
  const value = path.reduce((part: unknown, step) => (part as Record<string, unknown> | undefined)?.[step], job);
  return typeof value === 'string' ? suggest(value, knownWords(path, job)) : undefined;
}

function pathText(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);
}
