import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** A port that another program has. */
export class PortTakenError extends Error {
  readonly code = 'port-taken';
  readonly address: string;
  readonly port: number;
  constructor(what: string, address: string, port: number, cause: unknown) {
    super(
      `${what} cannot listen on ${address}:${port}: the port is taken. End the program that has it (\`ss -ltnp "sport = :${port}"\` names it) or choose another port.`,
      { cause },
    );
    this.name = 'PortTakenError';
    this.address = address;
    this.port = port;
  }
}

export type ListenOptions = {
  /** For messages: `The Consul API`. */
  readonly what: string;
  readonly addresses: readonly string[];
  /** 0: any free port; the first address chooses it, the others follow. */
  readonly port: number;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Takes over connections that switch protocols; without it they are refused. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Told once for an address that this machine does not have (docker0 at boot). It is bound when it comes. */
  readonly onMissing?: (address: string) => void;
  readonly retryMs?: number;
  /** Bytes of a request's line and headers; Node's usual 16 KiB unless given. */
  readonly maxHeaderBytes?: number;
};

/** Longer than clients keep idle connections, so that it is they who close: a request never meets a closing socket. */
const KEEP_ALIVE_MS = 120_000;
const RETRY_MS = 3_000;
const CLOSE_GRACE_MS = 1_000;
const SWEEP_MS = 20;

type Serving = {
  readonly server: Server;
  readonly unasked: ReadonlySet<Socket>;
  /** They have switched protocols: Node does not count them among its connections any more, and waits for them all the same. */
  readonly switched: ReadonlySet<Duplex>;
};

/** One HTTP server per address, all with one handler. */
export class Listener {
  readonly #options: ListenOptions;
  readonly #servers = new Map<string, Serving>();
  readonly #retries = new Map<string, NodeJS.Timeout>();
  #port: number;
  #started = false;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  /** Where it listens now. */
  addresses(): { address: string; port: number }[] {
    return [...this.#servers.values()].map(({ server }) => {
      const { address, port } = server.address() as AddressInfo;
      return { address, port };
    });
  }

  /** All or nothing, but for addresses that the machine does not have. Rejects with PortTakenError. */
  async start(): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    try {
      for (const address of this.#options.addresses) await this.listen(address);
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** One more address. Rejects with PortTakenError. */
  async listen(address: string): Promise<void> {
    if (await this.#open(address)) return;
    this.#options.onMissing?.(address);
    this.#retryLater(address);
  }

  async stop(): Promise<void> {
    this.#started = false;
    for (const retry of this.#retries.values()) clearTimeout(retry);
    this.#retries.clear();
    const servers = [...this.#servers.values()];
    this.#servers.clear();
    await Promise.all(servers.map(closeServer));
  }

  /** False when the machine has no such address. */
  async #open(address: string): Promise<boolean> {
    if (this.#servers.has(address)) return true;
    const { handle, upgrade, maxHeaderBytes } = this.#options;
    const limits = maxHeaderBytes === undefined ? {} : { maxHeaderSize: maxHeaderBytes };
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, ...limits }, handle);
    const switched = new Set<Duplex>();
    if (upgrade)
      server.on('upgrade', (request, socket, head) => {
        if (!isWebSocket(request)) return stay(server, request, socket, head);
        switched.add(socket);
        socket.once('close', () => switched.delete(socket));
        upgrade(request, socket, head);
      });
    const unasked = unaskedConnections(server);
    const error = await listening(server, address, this.#port);
    if (error?.code === 'EADDRNOTAVAIL') return false;
    if (error?.code === 'EADDRINUSE') throw new PortTakenError(this.#options.what, address, this.#port, error);
    if (error) throw error;
    this.#servers.set(address, { server, unasked, switched });
    this.#port = (server.address() as AddressInfo).port;
    return true;
  }

  #retryLater(address: string): void {
    const retry = setTimeout(async () => {
      const bound = await this.#open(address).catch(() => false);
      if (bound && !this.#started) await this.stop();
      else if (!bound && this.#started) this.#retryLater(address);
    }, this.#options.retryMs ?? RETRY_MS);
    retry.unref();
    this.#retries.set(address, retry);
  }
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Clients may offer a protocol with any request, and go on without it (RFC 9110, 7.8): Java's offer HTTP/2 with each. Node takes the connection out of its parser for that, so
 * it is put back, with the request as it came but for the offer.
 */
function stay(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (!/^(upgrade|http2-settings|connection)$/i.test(name)) lines.push(`${name}: ${rawHeaders[at + 1]}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), rest]));
  server.emit('connection', socket);
}

function listening(server: Server, address: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(port, address, () => {
      server.off('error', resolve);
      // Errors of accept(), such as too many open files: that connection is lost, the server goes on.
      server.on('error', () => undefined);
      resolve(undefined);
    });
  });
}

/** Connections on which nothing was asked yet. For Node they are busy, so that they would hold up a server's end. */
function unaskedConnections(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const asked = ({ socket }: IncomingMessage) => sockets.delete(socket);
  server.on('request', asked);
  // A listener of ours alone would take upgrades from the handler of requests.
  if (server.listenerCount('upgrade') > 0) server.on('upgrade', asked);
  return sockets;
}

/** Answers that are on their way get a moment to finish; their connections go as they fall idle. A conversation has no end to wait for. */
function closeServer({ server, unasked, switched }: Serving): Promise<void> {
  for (const socket of [...unasked, ...switched]) socket.destroy();
  return new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    const force = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}
