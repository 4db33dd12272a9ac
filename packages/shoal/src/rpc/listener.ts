import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Log } from '../log.ts';
import { answerNodeRequest } from './answer.ts';
import type { NodeRequests } from './node-requests.ts';
import { ALPN_REQUEST, ALPN_SERVE } from './protocol.ts';
import type { Identity } from './tls/identity.ts';
import type { Tunnels } from './tunnels.ts';

export type RpcListener = {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Listens on one more address, on the same port. */
  listen(address: string): Promise<void>;
  addresses(): { address: string; port: number }[];
};

export type RpcListenerDeps = {
  /** Addresses to listen on; a port of 0 picks a free one. */
  addresses: readonly string[];
  port: number;
  identity: Identity;
  requests: NodeRequests;
  tunnels: Tunnels;
  log: Log;
};

/** The port on which a server is reached by its clients. */
export function createRpcListener(deps: RpcListenerDeps): RpcListener {
  const http = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    void answerNodeRequest(deps.requests, request, response).catch((error: unknown) =>
      failed(deps.log, request, response, error),
    );
  });
  const sockets = new Set<Socket>();
  const servers: { address: string; server: TlsServer }[] = [];

  /** A free port that was taken for the first address is that of all. */
  async function open(address: string): Promise<void> {
    if (servers.some((served) => served.address === address)) return;
    const server = listenerFor(deps, http, sockets);
    const first = servers[0];
    await listen(server, address, first ? portOf(first.server) : deps.port);
    servers.push({ address, server });
  }

  return {
    listen: open,
    async start() {
      for (const address of deps.addresses) await open(address);
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
    },
    addresses: () => servers.map(({ address, server }) => ({ address, port: portOf(server) })),
  };
}

function listenerFor(deps: RpcListenerDeps, http: Server, sockets: Set<Socket>) {
  const { authority, certificate, key } = deps.identity;
  const server = createTlsServer({
    ca: authority,
    cert: certificate,
    key,
    minVersion: 'TLSv1.3',
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: [ALPN_SERVE, ALPN_REQUEST],
    handshakeTimeout: 10_000,
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    // A peer that goes away in the middle is no business of anybody but its own requests.
    socket.on('error', () => socket.destroy());
    if (socket.alpnProtocol === ALPN_SERVE) deps.tunnels.accept(socket);
    else http.emit('connection', socket);
  });
  server.on('tlsClientError', (error, socket) => {
    deps.log.debug(
      { peer: socket.remoteAddress, error: error.message },
      'rpc: a connection without a valid certificate of this cluster was refused',
    );
    socket.destroy();
  });
  return server;
}

function failed(log: Log, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  log.error({ path: request.url, error: String(error) }, 'rpc: a request failed');
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(String(error));
}

function listen(server: TlsServer, address: string, port: number): Promise<void> {
  if (server.listening) return Promise.resolve();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port }, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function portOf(server: TlsServer): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
