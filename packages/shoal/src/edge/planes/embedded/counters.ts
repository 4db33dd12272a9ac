import type { PlaneStats } from '../plane.ts';

/** The statistics as they are counted. */
export type Counters = {
  -readonly [K in keyof PlaneStats]: PlaneStats[K] extends number ? number : Record<string, number>;
};

export function newCounters(): Counters {
  return {
    requests: 0,
    active: 0,
    responses: {},
    retries: 0,
    upstreamFailures: 0,
    noRoute: 0,
    noInstance: 0,
    clientAborts: 0,
    upgrades: 0,
    tunnels: 0,
    tcpConnections: 0,
    tcpActive: 0,
    tcpRefused: 0,
    badRequests: 0,
  };
}

export function countResponse(counters: Counters, status: number): void {
  const group = `${Math.floor(status / 100)}xx`;
  counters.responses[group] = (counters.responses[group] ?? 0) + 1;
}
