import { isIPv6 } from 'node:net';
import { Pool } from 'undici';
import type { EmbeddedSettings } from './settings.ts';

/** One address that requests go to, with its connections. Shared by all routes that lead there. */
export type Upstream = {
  readonly address: string;
  readonly port: number;
  readonly pool: Pool;
  /** Requests and tunnels that run now. */
  active: number;
  /** Until then others are preferred, because a connection failed. Milliseconds on the plane's clock. */
  avoidedUntil: number;
  failures: number;
  /** Taken out of the configuration: what has not been sent to it yet goes elsewhere. */
  isRetired: boolean;
};

const FIRST_PENALTY_MS = 250;
const MOST_PENALTY_MS = 10_000;
/** Shorter than what common servers keep an idle connection (5 s in Node), so that a request does not meet one that is just being closed. */
const KEEP_IDLE_MS = 4000;

export function openUpstream(address: string, port: number, settings: EmbeddedSettings): Upstream {
  const host = isIPv6(address) ? `[${address}]` : address;
  const pool = new Pool(`http://${host}:${port}`, {
    connections: null,
    pipelining: 1,
    connect: { timeout: settings.connectTimeoutMs },
    headersTimeout: settings.responseTimeoutMs,
    bodyTimeout: settings.idleTimeoutMs,
    keepAliveTimeout: KEEP_IDLE_MS,
    maxHeaderSize: 64 * 1024,
  });
  return { address, port, pool, active: 0, avoidedUntil: 0, failures: 0, isRetired: false };
}

/** Avoids an instance for a while that grows with each failure in a row. */
export function penalise(upstream: Upstream, now: number): void {
  upstream.failures += 1;
  upstream.avoidedUntil = now + Math.min(MOST_PENALTY_MS, FIRST_PENALTY_MS * 2 ** (upstream.failures - 1));
}

export function forgive(upstream: Upstream): void {
  upstream.failures = 0;
  upstream.avoidedUntil = 0;
}

/** Running requests finish, then the connections are closed. Nothing waits for it. */
export function retire(upstream: Upstream): void {
  upstream.isRetired = true;
  upstream.pool.close().catch(() => undefined);
}
