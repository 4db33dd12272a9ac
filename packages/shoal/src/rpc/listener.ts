import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Log } from '../log.ts';
import { answerAgent, answerJoin, type Peer, type Served } from './answer.ts';
import {
  ALPN_JOIN,
  ALPN_REQUEST,
  ALPN_SERVE,
  API_PREFIXES,
  type ApiName,
  FORWARDED_HEADER,
  NODE_ID_HEADER,
  NODE_SECRET_HEADER,
} from './protocol.ts';
import type { Identity } from './tls/identity.ts';
import { certifiedNode } from './tls/peer.ts';
import type { Tunnels } from './tunnels.ts';

export type RpcListener = {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Listens on one more address, on the same port. */
  listen(address: string): Promise<void>;
  /** New connections see this certificate from now on. */
  useIdentity(identity: Identity): void;
  addresses(): { address: string; port: number }[];
};

/** Takes over a user's connection that is to switch protocols, as the HTTP API itself would. */
export type ApiUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Answers a user's request as the HTTP API itself would. */
export type ApiHandler = (request: IncomingMessage, response: ServerResponse) => void;

export type RpcListenerDeps = Served & {
  /** Addresses to listen on; a port of 0 picks a free one. */
  addresses: readonly string[];
  port: number;
  identity: Identity;
  tunnels: Tunnels;
  /** The HTTP APIs of this agent; undefined while one is not served. */
  apis?: (name: ApiName) => ApiHandler | undefined;
  /** What of them switches protocols. */
  upgrades?: (name: ApiName) => ApiUpgrade | undefined;
  log: Log;
};

const JOIN_TIMEOUT_MS = 30_000;

/** The port on which a server is reached by the other agents. */
export function createRpcListener(deps: RpcListenerDeps): RpcListener {
  const sockets = new Set<Socket>();
  const servers: { address: string; server: TlsServer }[] = [];
  const serving = {
    agents: createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) =>
      answer(deps, request, response),
    ),
    joins: createServer({ requestTimeout: JOIN_TIMEOUT_MS }, (request, response) => join(deps, request, response)),
    strangers: createServer({ requestTimeout: JOIN_TIMEOUT_MS }, refuseStranger),
  };
  serving.agents.on('upgrade', (request, socket, head) => upgrade(deps, request, socket, head));
  let { identity } = deps;

  /** A free port that was taken for the first address is that of all. */
  async function open(address: string): Promise<void> {
    if (servers.some((served) => served.address === address)) return;
    const server = listenerFor({ ...deps, identity }, serving, sockets);
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
    useIdentity(next) {
      identity = next;
      for (const { server } of servers) server.setSecureContext(secureContext(next));
    },
    addresses: () => servers.map(({ address, server }) => ({ address, port: portOf(server) })),
  };
}

type Serving = { agents: Server; joins: Server; strangers: Server };

function listenerFor(deps: RpcListenerDeps, serving: Serving, sockets: Set<Socket>) {
  const server = createTlsServer({
    ...secureContext(deps.identity),
    requestCert: true,
    // Who has no certificate may ask for one, and nothing else: see route().
    rejectUnauthorized: false,
    ALPNProtocols: [ALPN_SERVE, ALPN_REQUEST, ALPN_JOIN],
    handshakeTimeout: 10_000,
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    // A peer that goes away in the middle is no business of anybody but its own requests.
    socket.on('error', () => socket.destroy());
    route(deps, serving, socket);
  });
  server.on('tlsClientError', (error, socket) => {
    deps.log.debug({ peer: socket.remoteAddress, error: error.message }, 'rpc: a handshake failed');
    socket.destroy();
  });
  return server;
}

/**
 * `authorized` alone does not say that the peer has shown a certificate: node takes a session that was resumed without one for authorized
 * (documented for PSK). Only a certificate that is there, and that the authority signed, opens anything but joining.
 */
function route({ tunnels, agents, log }: RpcListenerDeps, serving: Serving, socket: TLSSocket): void {
  const certificate = socket.getPeerX509Certificate();
  const isMember = socket.authorized && certificate !== undefined;
  if (socket.alpnProtocol === ALPN_JOIN && agents) serving.joins.emit('connection', socket);
  else if (isMember && socket.alpnProtocol === ALPN_SERVE) tunnels.accept(socket);
  else if (isMember && socket.alpnProtocol !== ALPN_JOIN) serving.agents.emit('connection', socket);
  else {
    const error = String(socket.authorizationError ?? 'no certificate');
    log.debug({ peer: socket.remoteAddress, error }, 'rpc: a connection without a valid certificate of this cluster');
    // Somebody with a certificate of ours that is no longer good deserves a word.
    if (certificate !== undefined && socket.alpnProtocol === ALPN_REQUEST) serving.strangers.emit('connection', socket);
    else socket.destroy();
  }
}

function answer(deps: RpcListenerDeps, request: IncomingMessage, response: ServerResponse): void {
  const api = apiOf(request.url ?? '');
  if (api) {
    forwarded(deps, api, request, response);
    return;
  }
  const peer: Peer = { certifiedNode: certifiedNode(request.socket as TLSSocket) };
  answerAgent(deps, peer, request, response).catch((error: unknown) => failed(deps.log, request, response, error));
}

function join({ agents, log }: RpcListenerDeps, request: IncomingMessage, response: ServerResponse): void {
  if (!agents) return void response.destroy();
  answerJoin(agents, request, response).catch((error: unknown) => failed(log, request, response, error));
}

/** The other agent has looked at the names that the request came with; here it comes from a member of the cluster. */
function forwarded(deps: RpcListenerDeps, name: ApiName, request: IncomingMessage, response: ServerResponse): void {
  const handler = deps.apis?.(name);
  if (!handler) {
    request.resume();
    response.writeHead(503, { 'content-type': 'text/plain; charset=utf-8' }).end(`This server has no ${name} API.`);
    return;
  }
  asOwn(name, request);
  handler(request, response);
}

function upgrade({ upgrades }: RpcListenerDeps, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  const name = apiOf(request.url ?? '');
  const handler = name && upgrades?.(name);
  if (name === undefined || handler === undefined) return void socket.destroy();
  asOwn(name, request);
  handler(request, socket, head);
}

function asOwn(name: ApiName, request: IncomingMessage): void {
  request.url = (request.url ?? '').slice(API_PREFIXES[name].length);
  for (const header of ['origin', NODE_ID_HEADER, NODE_SECRET_HEADER]) delete request.headers[header];
  request.headers.host = 'localhost';
  request.headers[FORWARDED_HEADER] = '1';
}

function apiOf(url: string): ApiName | undefined {
  return (Object.keys(API_PREFIXES) as ApiName[]).find((name) => url.startsWith(`${API_PREFIXES[name]}/`));
}

function refuseStranger(request: IncomingMessage, response: ServerResponse): void {
  const { authorizationError } = request.socket as TLSSocket;
  const error = `The certificate of this agent is not accepted (${String(authorizationError)}): its time is over, a clock is wrong, or another cluster made it. Remove the folder "tls" in its data_dir and join again with a token.`;
  request.resume();
  response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ error }));
}

function secureContext({ authority, certificate, key }: Identity) {
  return { ca: authority, cert: certificate, key, minVersion: 'TLSv1.3' as const };
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
