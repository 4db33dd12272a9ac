import type { Node } from '@shoal/api';
import type { Log } from '../log.ts';
import { backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { ServerConnection } from './server-connection.ts';
import { settledOrAborted } from './signals.ts';

/**
 * Keeps the node known to the servers: registers it, says "ready" before the time that the server gave is over, and registers again when the node
 * has changed or the server no longer knows it. After a silence that was too long it first says what became of its allocations: with its return the
 * servers decide which of them go on.
 */
export type Registration = {
  start(): void;
  /** The node is not what it was when it registered. */
  changed(): void;
  stop(): Promise<void>;
  /** Resolves when the node is ready for the first time. */
  readonly ready: Promise<void>;
  /** The last heartbeat that a server took. Times are milliseconds, `at` since 1970; zeros before the first one. */
  heartbeat(): Heartbeat;
};

export type Heartbeat = { readonly at: number; readonly ttlMs: number };

export type RegistrationDeps = {
  server: Pick<ServerConnection, 'register' | 'heartbeat'>;
  node: () => Node;
  /** Tells the servers what they have not been told of allocations. */
  tell: (signal: AbortSignal) => Promise<void>;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  log: Log;
};

/** The next heartbeat comes after this share of the time given, less up to a fifth of it by chance: two may be lost before the node counts as down. */
const SHARE = 0.4;
const SPREAD = 0.2;
const RETRY = { baseMs: 100, maxMs: 15_000 };
/** Until then a server that does not answer is an ordinary part of starting up. */
const PATIENCE = 6;

export function createRegistration({ server, node, tell, clock, random, log }: RegistrationDeps): Registration {
  const stopped = new AbortController();
  let change = new AbortController();
  let running: Promise<void> | undefined;
  let last: Heartbeat = { at: 0, ttlMs: 0 };
  let announceReady: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    announceReady = resolve;
  });

  async function live(): Promise<void> {
    for (let failures = 0; !stopped.signal.aborted; ) {
      change = new AbortController();
      try {
        await afterSilence();
        const { heartbeatTtlMs } = await server.register(node(), stopped.signal);
        await beat(heartbeatTtlMs, () => {
          if (failures >= PATIENCE) log.info({ node: node().ID }, 'the servers answer again');
          failures = 0;
        });
      } catch (error) {
        if (stopped.signal.aborted) return;
        complain(error, failures);
        await clock.sleep(backoff(failures, RETRY, random), stopped.signal);
        failures += 1;
      }
    }
  }

  // Throws what a server answers; returns when the node is to be registered again. Only a heartbeat that is taken counts as success: a server that
  // registers a node and then refuses it must not be asked in a tight loop.
  async function beat(ttlMs: number, onTaken: () => void): Promise<void> {
    let ttl = ttlMs;
    let failures = 0;
    while (!stopped.signal.aborted && !change.signal.aborted) {
      try {
        await afterSilence();
        ttl = (await server.heartbeat(node().ID, 'ready', stopped.signal)).heartbeatTtlMs;
        last = { at: clock.monotonic(), ttlMs: ttl };
        failures = 0;
        onTaken();
        announceReady();
        await pause(ttl * SHARE * (1 - SPREAD * random()));
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        complain(error, failures);
        await pause(Math.min(backoff(failures, RETRY, random), ttl * SHARE));
        failures += 1;
      }
    }
  }

  /** Allocations that the servers do not take are no reason to stay away. */
  async function afterSilence(): Promise<void> {
    if (clock.monotonic() - last.at <= last.ttlMs) return;
    await tell(stopped.signal).catch((error) =>
      log.debug({ err: error }, 'the servers did not take the status of allocations'),
    );
  }

  async function pause(ms: number): Promise<void> {
    const nap = new AbortController();
    await settledOrAborted(clock.sleep(ms, nap.signal), stopped.signal, change.signal);
    nap.abort();
  }

  function complain(error: unknown, failures: number): void {
    if (failures === PATIENCE) log.warn({ err: error }, 'no server takes this node; it goes on trying');
    else log.debug({ err: error }, 'registration or heartbeat failed; it is tried again');
  }

  return {
    start() {
      running ??= live();
    },
    changed: () => change.abort(),
    async stop() {
      stopped.abort();
      await running;
    },
    ready,
    heartbeat: () => last,
  };
}

function isUnavailable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'unavailable';
}
