import { lifetime } from '../lifetime.ts';
import type { Log } from '../log.ts';
import { type HealthEntry, healthEntries } from './health-entry.ts';
import type { Remote } from './remote.ts';

/** Whether a datacenter answers, and how soon. */
export type Pulse = {
  /** The shortest of the last few round trips; infinite while there is no answer. */
  roundTripMs(): number;
  /** Its servers, as they were last told. */
  servers(): readonly HealthEntry[];
  stop(): void;
};

const EVERY_MS = 10_000;
const AGAIN_MS = 3_000;
const WITHIN_MS = 5_000;
/** The first of a connection takes longer, and so does one that met with something else. */
const ROUND_TRIPS = 5;

export type PulseDeps = {
  readonly remote: Remote;
  readonly onLost: () => void;
  readonly log: Log;
};

/** Asks for the datacenter's servers again and again: the servers are instances of the service `consul`, with Shoal as with Consul. */
export function takePulse({ remote, onLost, log }: PulseDeps): Pulse {
  const life = lifetime();
  const path = `/v1/health/service/consul?stale&dc=${encodeURIComponent(remote.name)}`;
  let roundTrips: readonly number[] = [];
  let servers: readonly HealthEntry[] = [];
  let isThere: boolean | undefined;
  let next: NodeJS.Timeout | undefined;
  void beat();
  return {
    roundTripMs: () => Math.min(...roundTrips),
    servers: () => servers,
    stop() {
      life.abort();
      clearTimeout(next);
    },
  };

  async function beat(): Promise<void> {
    try {
      const { value, tookMs } = await remote.ask(path, { signal: life.signal, withinMs: WITHIN_MS });
      servers = healthEntries(value);
      roundTrips = [tookMs, ...roundTrips].slice(0, ROUND_TRIPS);
      if (isThere !== true) log.info({ datacenter: remote.name }, 'federation: a datacenter answers');
      isThere = true;
    } catch (error) {
      if (life.signal.aborted) return;
      roundTrips = [];
      if (isThere !== false) log.warn({ datacenter: remote.name }, `federation: ${(error as Error).message}`);
      isThere = false;
      onLost();
    }
    if (life.signal.aborted) return;
    next = setTimeout(() => void beat(), isThere ? EVERY_MS : AGAIN_MS);
    next.unref();
  }
}
