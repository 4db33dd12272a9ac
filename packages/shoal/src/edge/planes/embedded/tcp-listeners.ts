import { once } from 'node:events';
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import type { Place, TcpRoute } from '../../route.ts';

export type TcpListenersDeps = {
  /** Called with each connection, which is not read yet. */
  readonly onConnection: (socket: Socket, port: number) => void;
  /** Addresses of this machine's interfaces, now. */
  readonly ownAddresses: () => readonly string[];
  readonly warn: (message: string) => void;
  readonly mostConnections: number;
};

/** Listens on the ports of TCP routes, on every host that the edge has. */
export type TcpListeners = {
  /** Ports that are wanted no more take no new connections; those that are open go on. Resolves when all that can be listened on is. */
  want(routes: readonly TcpRoute[]): Promise<void>;
  addHost(host: string): Promise<void>;
  addresses(): Place[];
  /** Takes no connections any more, and ends those that are open. */
  stop(): Promise<void>;
};

/** A port that is taken may become free: its owner is perhaps just ending. */
const RETRY_MS = 2000;

export function createTcpListeners(deps: TcpListenersDeps): TcpListeners {
  const hosts: string[] = [];
  const servers = new Map<string, Server>();
  const sockets = new Set<Socket>();
  /** What was said about a place, so that it is said once. */
  const said = new Map<string, string>();
  let wanted: readonly TcpRoute[] = [];
  let retry: NodeJS.Timeout | undefined;
  let isStopped = false;
  let last: Promise<void> = Promise.resolve();

  return {
    want(routes) {
      wanted = routes;
      return reconcile();
    },
    addHost(host) {
      if (!hosts.includes(host)) hosts.push(host);
      return reconcile();
    },
    addresses: () => [...servers.values()].flatMap(boundPlace),
    async stop() {
      isStopped = true;
      wanted = [];
      await reconcile();
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };

  /** One after the other: two at once would meet each other's sockets. */
  function reconcile(): Promise<void> {
    last = last.then(arrange);
    return last;
  }

  async function arrange(): Promise<void> {
    clearTimeout(retry);
    const places = new Map(
      wanted.flatMap((route) => hosts.map((host) => [placeText(host, route.port), { host, route }])),
    );
    for (const [place, server] of servers) {
      const wish = places.get(place);
      if (!wish || isPlaceOfInstance(wish.host, wish.route, deps.ownAddresses())) close(place, server);
    }
    for (const place of said.keys()) if (!places.has(place)) said.delete(place);
    let isMissing = false;
    for (const [place, { host, route }] of places) {
      if (!servers.has(place) && !(await open(place, host, route))) isMissing = true;
    }
    if (!isMissing || isStopped) return;
    retry = setTimeout(() => void reconcile(), RETRY_MS);
    retry.unref();
  }

  async function open(place: string, host: string, route: TcpRoute): Promise<boolean> {
    // Taking the place of an instance that is just away would keep it from coming back, and the edge would dial itself.
    if (isPlaceOfInstance(host, route, deps.ownAddresses())) {
      tell(
        place,
        `an instance of ${route.services.join(', ')} has that place itself. Give the service another port, or the route`,
      );
      return false;
    }
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.maxConnections = deps.mostConnections;
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      deps.onConnection(socket, route.port);
    });
    try {
      server.listen(route.port, host);
      await once(server, 'listening');
    } catch (error) {
      tell(place, REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error));
      return false;
    }
    // Errors of accept(): that connection is lost, the server goes on.
    server.on('error', () => undefined);
    servers.set(place, server);
    if (said.delete(place)) deps.warn(`edge: ${place} is listened on now (${route.services.join(', ')})`);
    return true;
  }

  function close(place: string, server: Server): void {
    servers.delete(place);
    server.close();
  }

  function tell(place: string, why: string): void {
    if (said.get(place) === why) return;
    said.set(place, why);
    deps.warn(`edge: the TCP route on ${place} is not served: ${why}. It is tried again every ${RETRY_MS / 1000} s`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has the port (ss -lntp shows it)',
  EACCES: 'ports below 1024 need root or CAP_NET_BIND_SERVICE',
  EADDRNOTAVAIL: 'no interface of this machine has that address now',
};

/** Whether an instance is where the edge would listen. */
export function isPlaceOfInstance(host: string, { port, places }: TcpRoute, ownAddresses: readonly string[]): boolean {
  return places.some((place) => place.port === port && covers(host, place.address, ownAddresses));
}

function covers(host: string, address: string, ownAddresses: readonly string[]): boolean {
  if (host === address) return true;
  const isAny = host === '::' || (host === '0.0.0.0' && !isIPv6(address));
  return isAny && (address === 'localhost' || address.startsWith('127.') || ownAddresses.includes(address));
}

function boundPlace(server: Server): Place[] {
  const bound = server.address();
  return typeof bound === 'object' && bound ? [{ address: bound.address, port: bound.port }] : [];
}

function placeText(host: string, port: number): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
