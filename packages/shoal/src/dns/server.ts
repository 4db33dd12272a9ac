import { DnsListenError } from './errors.ts';
import { type DnsAddress, type Listener, openListener } from './listener.ts';
import { createRecursor } from './recursion.ts';
import { respond, type Transport } from './respond.ts';
import type { DnsSettings } from './settings.ts';
import type { CatalogView } from './view.ts';

export type DnsDeps = {
  readonly view: CatalogView;
  readonly settings: DnsSettings;
  readonly addresses: readonly DnsAddress[];
  /** In [0, 1): decides the order of answers. Need not be secret. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of an address that cannot be bound yet. */
  readonly warn: (message: string) => void;
  /** How often an address whose interface is missing is tried again. Default 5 s. */
  readonly retryMs?: number;
  /** A TCP connection without traffic is closed after this long. Default 10 s. */
  readonly tcpIdleTimeoutMs?: number;
  /** TCP connections per address. Default 1024. */
  readonly mostTcpConnections?: number;
};

export type DnsServer = {
  /** Resolves when every address is served. Throws `DnsListenError`, except for an address that no interface has now: it is served when it comes. */
  start(): Promise<void>;
  /** Resolves when all sockets are closed. */
  stop(): Promise<void>;
  /** Serves one more address, by the rule of `start`. An address that is served already is fine. */
  listen(address: DnsAddress): Promise<void>;
  /** What is served now, with the real ports. */
  addresses(): DnsAddress[];
  stats(): DnsStats;
};

/** Counters since the start. */
export type DnsStats = {
  readonly udp: number;
  readonly tcp: number;
  /** Messages that got no answer. */
  readonly dropped: number;
  readonly forwarded: number;
  /** By response code; forwarded answers are not looked into. */
  readonly answers: Readonly<Record<string, number>>;
};

const MOST_FORWARDED_AT_ONCE = 512;

/** Consul's DNS interface over UDP and TCP. Every message has its own catch: none of them can end the server. */
export function createDnsServer(deps: DnsDeps): DnsServer {
  const { settings, retryMs = 5000 } = deps;
  const options = { idleTimeoutMs: deps.tcpIdleTimeoutMs ?? 10_000, mostConnections: deps.mostTcpConnections ?? 1024 };
  const recursor = createRecursor({
    servers: settings.recursors,
    timeoutMs: settings.recursorTimeoutMs,
    mostPending: MOST_FORWARDED_AT_ONCE,
  });
  const stats = { udp: 0, tcp: 0, dropped: 0, forwarded: 0, answers: {} as Record<string, number> };
  const listeners = new Map<string, Listener>();
  const retries = new Map<string, NodeJS.Timeout>();
  let isRunning = false;

  return {
    async start() {
      if (isRunning) return;
      isRunning = true;
      try {
        for (const address of deps.addresses) await listen(address);
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    listen,
    addresses: () => [...listeners.values()].map((listener) => listener.address),
    stats: () => ({ ...stats, answers: { ...stats.answers } }),
  };

  async function listen(address: DnsAddress): Promise<void> {
    const key = `${address.host} ${address.port}`;
    if (listeners.has(key)) return;
    try {
      const listener = await openListener(address, handle, options);
      if (isRunning) listeners.set(key, listener);
      else await listener.close();
    } catch (error) {
      if (!(error instanceof DnsListenError) || error.reason !== 'EADDRNOTAVAIL') throw error;
      if (!retries.has(key)) deps.warn(`${error.message}; it is served when it comes`);
      retryLater(key, address);
    }
  }

  function retryLater(key: string, address: DnsAddress): void {
    if (!isRunning) return;
    const timer = setTimeout(() => {
      listen(address).then(
        () => listeners.has(key) && retries.delete(key),
        (error: Error) => deps.warn(error.message),
      );
    }, retryMs);
    timer.unref();
    retries.set(key, timer);
  }

  async function stop(): Promise<void> {
    isRunning = false;
    for (const timer of retries.values()) clearTimeout(timer);
    retries.clear();
    const open = [...listeners.values()];
    listeners.clear();
    await Promise.all(open.map((listener) => listener.close()));
  }

  function handle(message: Buffer, transport: Transport, reply: (bytes: Buffer | undefined) => void): void {
    stats[transport] += 1;
    const context = { view: deps.view, settings, random: deps.random, now: Math.floor(deps.now() / 1000) };
    const response = respond(message, transport, context);
    if (response.kind === 'answer') {
      stats.answers[response.rcode] = (stats.answers[response.rcode] ?? 0) + 1;
      reply(response.bytes);
    } else if (response.kind === 'recurse') {
      stats.forwarded += 1;
      void recursor.ask(message, transport).then((bytes) => reply(bytes ?? response.otherwise));
    } else {
      stats.dropped += 1;
      reply(undefined);
    }
  }
}
