import { createEngine } from './engine.ts';
import { DnsListenError } from './errors.ts';
import { type Explanation, explain } from './explain.ts';
import { type Client, type DnsAddress, type Listener, openListener } from './listener.ts';
import type { Query } from './query.ts';
import { questionType } from './records.ts';
import { fitForwarded, questionOnly, type Response, type Transport } from './respond.ts';
import type { DnsSettings } from './settings.ts';
import type { CatalogView, MeshView, QueryView } from './view.ts';
import type { ZoneContext } from './zone-context.ts';

export type DnsDeps = {
  readonly view: CatalogView;
  readonly queries?: QueryView;
  readonly remote?: ZoneContext['remote'];
  readonly mesh?: MeshView;
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
  /** Authorities beside those of the system for recursors over TLS, PEM. */
  readonly recursorCa?: string;
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
  /** Takes other settings, but for domains: those are settled with the start. */
  useSettings(settings: DnsSettings): Promise<void>;
  /** How an answer would come about now. `type` such as `SRV`. */
  explain(name: string, type: string): Promise<Explanation>;
};

/** A prepared query may look in several datacenters, one after the other. */
const MOST_WAITS = 4;
const MOST_WAITING = 512;

/** Counters since the start. */
export type DnsStats = {
  readonly udp: number;
  readonly tcp: number;
  /** Messages that got no answer. */
  readonly dropped: number;
  readonly forwarded: number;
  /** Of those that would have been forwarded: answered from what a recursor said before. */
  readonly cached: number;
  /** Told to come over TCP, because too much was asked from their network. */
  readonly limited: number;
  /** By response code; forwarded answers are not looked into. */
  readonly answers: Readonly<Record<string, number>>;
};

/** Consul's DNS interface over UDP and TCP. Every message has its own catch: none of them can end the server. */
export function createDnsServer(deps: DnsDeps): DnsServer {
  const { retryMs = 5000 } = deps;
  const options = { idleTimeoutMs: deps.tcpIdleTimeoutMs ?? 10_000, mostConnections: deps.mostTcpConnections ?? 1024 };
  let engine = createEngine(deps, deps.settings);
  let waiting = 0;
  const stats = { udp: 0, tcp: 0, dropped: 0, forwarded: 0, cached: 0, limited: 0 };
  const answers: Record<string, number> = {};
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
    async explain(name, type) {
      const question = { name, type: questionType(type) };
      let explained = explain(question, engine.context);
      for (let waits = 0; explained.coming && waits < MOST_WAITS; waits += 1) {
        await explained.coming;
        explained = explain(question, engine.context);
      }
      return explained;
    },
    stats: () => ({ ...stats, answers: { ...answers } }),
    async useSettings(settings) {
      const former = engine;
      engine = createEngine(deps, settings);
      await former.recursor.stop();
    },
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
    await Promise.all([...open.map((listener) => listener.close()), engine.recursor.stop()]);
  }

  function handle(message: Buffer, client: Client, reply: (bytes: Buffer | undefined) => void): void {
    const { transport } = client;
    stats[transport] += 1;
    const { respond, context, mayBeWhole } = engine;
    const response = respond(message, transport, context);
    if (response.kind !== 'silence' && transport === 'udp' && !mayBeWhole(client.address)) limit(response, reply);
    else act(message, response, transport, reply);
  }

  function act(message: Buffer, response: Response, transport: Transport, reply: Reply, waits = 0): void {
    switch (response.kind) {
      case 'answer':
        answers[response.rcode] = (answers[response.rcode] ?? 0) + 1;
        reply(response.bytes);
        return;
      case 'recurse':
        void forward(message, response.query, transport).then((bytes) => reply(bytes ?? response.otherwise));
        return;
      case 'wait':
        if (waits < MOST_WAITS && waiting < MOST_WAITING) {
          waiting += 1;
          void response.coming.then(() => {
            waiting -= 1;
            act(message, engine.respond(message, transport, engine.context), transport, reply, waits + 1);
          });
          return;
        }
        answers['SERVFAIL'] = (answers['SERVFAIL'] ?? 0) + 1;
        reply(response.otherwise);
        return;
      case 'follow':
        void follow(response).then((done) => act(message, done, transport, reply));
        return;
      case 'silence':
        stats.dropped += 1;
        reply(undefined);
    }
  }

  /** No more than the question, and no work for it. */
  function limit(response: Response, reply: Reply): void {
    stats.limited += 1;
    const whole =
      response.kind === 'answer' ? response.bytes : 'otherwise' in response ? response.otherwise : undefined;
    reply(whole && questionOnly(whole));
  }

  async function forward(message: Buffer, query: Query, transport: Transport): Promise<Buffer | undefined> {
    const { cache, recursor, settings } = engine;
    const kept = cache.get(query);
    if (kept) stats.cached += 1;
    else stats.forwarded += 1;
    const answer = kept ?? (await recursor.ask(message, transport));
    if (!answer) return undefined;
    if (!kept) cache.put(query, answer);
    return fitForwarded(query, answer, transport, settings);
  }

  async function follow({ names, finish }: Extract<Response, { kind: 'follow' }>): Promise<Response> {
    const found = await Promise.all(
      names.map(async ({ name, types }) => {
        const records = await Promise.all(types.map((type) => engine.lookup(name, type)));
        return [name, records.flat()] as const;
      }),
    );
    return finish(new Map(found));
  }
}

type Reply = (bytes: Buffer | undefined) => void;
