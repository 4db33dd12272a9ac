import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { BlockList, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeListenError } from '../../errors.ts';
import type { DataPlane, PlaneAddress } from '../plane.ts';
import type { AccessEntry, PlaneContext } from './context.ts';
import { newCounters } from './counters.ts';
import { serveExchange } from './exchange.ts';
import { createRouting } from './routing.ts';
import { EMBEDDED_DEFAULTS, type EmbeddedSettings } from './settings.ts';
import { serveTcp } from './tcp.ts';
import { createTcpListeners } from './tcp-listeners.ts';
import { serveUpgrade } from './tunnel.ts';

export type EmbeddedDeps = {
  readonly addresses: readonly PlaneAddress[];
  readonly random: () => number;
  /** Milliseconds, only ever compared. */
  readonly now: () => number;
  readonly settings?: Partial<EmbeddedSettings>;
  readonly accessLog?: (entry: AccessEntry) => void;
  /** Told of ports of TCP routes that cannot be listened on. */
  readonly warn?: (message: string) => void;
};

const CHECK_TIMEOUTS_MS = 1000;
const STOP_POLL_MS = 20;

/** The data plane that needs nothing: an HTTP/1.1 proxy in this process. */
export function createEmbeddedPlane(deps: EmbeddedDeps): DataPlane {
  const settings = { ...EMBEDDED_DEFAULTS, ...deps.settings };
  const routing = createRouting(settings, deps.random);
  const counters = newCounters();
  const servers: Server[] = [];
  const tunnels = new Set<Socket>();
  let state: 'new' | 'running' | 'stopped' = 'new';
  const context: PlaneContext = {
    settings,
    routing,
    counters,
    trusted: settings.trustedProxies.length > 0 ? blockList(settings.trustedProxies) : undefined,
    now: deps.now,
    isStopping: () => state === 'stopped',
    accessLog: deps.accessLog,
  };
  const tcp = createTcpListeners({
    onConnection: (socket, port) => serveTcp(context, socket, port),
    ownAddresses,
    warn: deps.warn ?? (() => undefined),
    mostConnections: settings.mostConnections,
  });

  return {
    name: 'embedded',
    async start() {
      if (state !== 'new') return;
      state = 'running';
      try {
        for (const address of deps.addresses) servers.push(await listen(address));
      } catch (error) {
        await stop();
        throw error;
      }
    },
    async apply(desired) {
      if (state === 'stopped') return;
      routing.apply(desired);
      await tcp.want(desired.tcp);
    },
    stop,
    async listen(address) {
      if (state === 'running') servers.push(await listen(address));
    },
    addresses: () => servers.flatMap(boundAddress),
    stats: () => ({ ...counters, tunnels: tunnels.size, responses: { ...counters.responses } }),
  };

  async function listen(address: PlaneAddress): Promise<Server> {
    const server = httpServer();
    server.listen(address.port, address.host);
    try {
      await once(server, 'listening');
    } catch (error) {
      throw new EdgeListenError(address, error as NodeJS.ErrnoException);
    }
    // Errors of accept(), such as too many open files: that connection is lost, the server goes on.
    server.on('error', () => undefined);
    await tcp.addHost(address.host);
    return server;
  }

  function httpServer(): Server {
    const server = createServer({
      maxHeaderSize: settings.mostHeaderBytes,
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      keepAliveTimeout: settings.keepAliveMs,
      connectionsCheckingInterval: CHECK_TIMEOUTS_MS,
      noDelay: true,
      keepAlive: true,
    });
    server.maxConnections = settings.mostConnections;
    server.setTimeout(settings.idleTimeoutMs);
    server.on('request', (request, response) => serveExchange(context, request, response, false));
    server.on('checkContinue', (request, response) => serveExchange(context, request, response, true));
    server.on('upgrade', (request, socket, head) => {
      const client = socket as Socket;
      tunnels.add(client);
      client.once('close', () => tunnels.delete(client));
      serveUpgrade(context, request, client, head);
    });
    return server;
  }

  async function stop(): Promise<void> {
    if (state === 'stopped') return;
    state = 'stopped';
    const closed = servers.map((server) => {
      const gone = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      return gone;
    });
    const deadline = deps.now() + settings.stopGraceMs;
    // Tunnels and TCP connections have no end of their own that could be waited for.
    while (counters.active > tunnels.size + counters.tcpActive && deps.now() < deadline) await delay(STOP_POLL_MS);
    await tcp.stop();
    for (const socket of tunnels) socket.destroy();
    for (const server of servers) server.closeAllConnections();
    await Promise.all(closed);
    await routing.destroy();
  }
}

function boundAddress(server: Server): PlaneAddress[] {
  const bound = server.address();
  return typeof bound === 'object' && bound ? [{ host: bound.address, port: bound.port }] : [];
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((one) => one?.map(({ address }) => address) ?? []);
}

/** Networks as `IP` or `IP/bits`. Throws for anything else, naming it. */
function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return list;
}
