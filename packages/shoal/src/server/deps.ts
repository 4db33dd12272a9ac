import type { Log } from '../log.ts';
import type { State } from '../state/state.ts';

/** What the parts of the server are made of. Time and ids come in, so that tests can hold them. */
export type ServerDeps = {
  readonly state: State;
  readonly log: Log;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Versions that are kept of a job (`job_tracked_versions`). */
  readonly trackedVersions?: number;
};

const NANOSECONDS_PER_MS = 1_000_000;

/** Unix nanoseconds, as the API's times are. A double keeps them to a quarter of a microsecond. */
export function nowNanos(deps: Pick<ServerDeps, 'now'>): number {
  return deps.now() * NANOSECONDS_PER_MS;
}
