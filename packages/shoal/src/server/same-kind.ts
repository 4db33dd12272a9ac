import type { Job } from '@shoal/api';
import type { JobRow } from '../state/rows.ts';
import { InvalidRequestError } from './errors.ts';

/**
 * A job stays of its kind, so that nobody turns one that runs into one that waits, or the other way round, by mistake
 * (job specification, periodic: requirements).
 * @throws InvalidRequestError naming both kinds
 */
export function checkSameKind(existing: JobRow | undefined, job: Job): void {
  if (!existing) return;
  const [from, to] = [kindOf(existing), kindOf(job)];
  if (from === to) return;
  throw new InvalidRequestError(
    `cannot update job "${job.ID}" from ${from} to ${to}: purge it first (\`job stop -purge ${job.ID}\`), or give the new one another name`,
  );
}

function kindOf({ Type, Periodic, ParameterizedJob }: Job): string {
  return [...(Periodic ? ['periodic'] : []), ...(ParameterizedJob ? ['parameterized'] : []), Type].join(' ');
}
