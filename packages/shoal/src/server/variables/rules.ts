import { formatDuration, HOUR, SECOND } from '../../duration.ts';
import { VariableInvalidError } from '../errors.ts';

/** What a variable may be (https://developer.hashicorp.com/nomad/api-docs/variables/variables#restrictions). All of these throw VariableInvalidError. */

const PATH = /^[\w~/-]{1,128}$/;
const MOST_BYTES = 64 * 1024;
const LEAST_LOCK = 10 * SECOND;
const LONGEST_LOCK = 24 * HOUR;
/** Both of a lock that does not say. */
const DEFAULT_LOCK = 15 * SECOND;

export function checkPath(path: string): void {
  if (path === '') throw new VariableInvalidError('missing variable path');
  if (!PATH.test(path))
    throw new VariableInvalidError(
      `invalid path "${path}": a path has up to 128 letters, digits and the characters - _ ~ / (no . and no @, which mean something in templates)`,
    );
  const [top, area = ''] = path.split('/');
  const isKept = top === 'nomad' && area !== 'jobs' && area !== 'job-templates';
  if (isKept || path === 'nomad/job-templates' || path === 'nomad/job-templates/')
    throw new VariableInvalidError(
      `path "${path}" is reserved: below "nomad/" only "nomad/jobs", what is below it, and what is below "nomad/job-templates/" can be written`,
    );
}

export function checkItems(items: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(items).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MOST_BYTES)
    throw new VariableInvalidError(
      `variables are limited to 64KiB in total size: keys and values of this one have ${bytes} bytes`,
    );
}

/** Nanoseconds, as they were asked for or by default. */
export function lockTimes({ TTL, LockDelay }: { TTL: number; LockDelay: number }): { TTL: number; LockDelay: number } {
  return { TTL: lockTime('TTL', TTL), LockDelay: lockTime('LockDelay', LockDelay) };
}

function lockTime(name: string, given: number): number {
  const time = given || DEFAULT_LOCK;
  if (time < LEAST_LOCK || time > LONGEST_LOCK)
    throw new VariableInvalidError(`${name} of a lock is between 10s and 24h, not ${formatDuration(time)}`);
  return time;
}
