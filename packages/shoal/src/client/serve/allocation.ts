import { ServeError } from './errors.ts';
import type { ClientDeps, ServedAllocation } from './types.ts';

const UUID_LENGTH = 36;

/** The allocation that a path names. Throws what the API answers for ids that are none, or not known here. */
export function servedAllocation(id: string | undefined, deps: ClientDeps): ServedAllocation {
  checkId(id);
  const allocation = deps.allocation(id);
  if (allocation === undefined) throw unknownAllocation(id);
  return allocation;
}

export function checkId(id: string | undefined): asserts id is string {
  if (id === undefined || id === '') throw new ServeError(400, 'must provide a valid alloc id');
  if (id.length !== UUID_LENGTH)
    throw new ServeError(500, 'alloc lookup failed: index error: UUID must be 36 characters');
}

export function unknownAllocation(id: string): ServeError {
  return new ServeError(404, `Unknown allocation "${id}"`);
}
