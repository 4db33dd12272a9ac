import { createServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { Agent, request as httpsRequest } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { Allocation } from '@shoal/api';
import { backoff } from '../client/backoff.ts';
import type { ServerConnection } from '../client/server-connection.ts';
import type { Log } from '../log.ts';
import { RequestRefusedError, ServersUnavailableError } from './errors.ts';
import { ALPN_REQUEST, ALPN_SERVE, HELLO_PATH, NODE_SECRET_HEADER, PATHS, type ServeHello } from './protocol.ts';
import type { Identity } from './tls/identity.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const RECONNECT = { baseMs: 200, maxMs: 15_000 };

/** `flushHeaders` is there (node:http2, compatibility API), its type declaration is not. */
export type ServeResponse = Http2ServerResponse & { flushHeaders(): void };
export type ServeHandler = (request: Http2ServerRequest, response: ServeResponse) => void;

export type DialerDeps = {
  identity: Identity;
  /** The name that the server's certificate must have, whatever address is dialled. */
  serverName: string;
  /** The server to talk to now, `host:port`; asked again before each attempt. */
  server(): { host: string; port: number };
  node: ServeHello;
  log: Log;
  random: () => number;
};

export type Dialer = ServerConnection & {
  /** Keeps one connection up on which `handler` answers requests; until `stop`. */
  serve(handler: ServeHandler): void;
  stop(): void;
};

/** The client's way to its servers. It only ever dials out, so that it works behind NAT. */
export function createDialer(deps: DialerDeps): Dialer {
  const { authority, certificate, key } = deps.identity;
  const credentials = {
    ca: authority,
    cert: certificate,
    key,
    servername: deps.serverName,
    minVersion: 'TLSv1.3' as const,
  };
  const agent = new Agent({ ...credentials, ALPNProtocols: [ALPN_REQUEST], keepAlive: true, scheduling: 'lifo' });
  const stopped = new AbortController();
  const call = <T>(path: string, body: unknown, signal: AbortSignal, timeoutMs = REQUEST_TIMEOUT_MS) =>
    post<T>({ deps, agent, path, body, timeoutMs }, AbortSignal.any([signal, stopped.signal]));
  return {
    register: (node, signal) => call(PATHS.register, { node }, signal),
    heartbeat: (nodeId, status, signal) => call(PATHS.heartbeat, { nodeId, status }, signal),
    // The server answers after waitMs and a little more at most; what takes longer is a dead connection.
    watchAllocations: (nodeId, after, signal) =>
      call(PATHS.allocations, { nodeId, ...after }, signal, after.waitMs * 1.1 + REQUEST_TIMEOUT_MS),
    fetchAllocations: (nodeId, ids, signal) => call<Allocation[]>(PATHS.fetchAllocations, { nodeId, ids }, signal),
    async updateAllocations(nodeId, updates, signal) {
      await call(PATHS.updateAllocations, { nodeId, updates }, signal);
    },
    serve: (handler) => void keepServing(deps, credentials, handler, stopped.signal),
    stop() {
      stopped.abort();
      agent.destroy();
    },
  };
}

type Call = { deps: DialerDeps; agent: Agent; path: string; body: unknown; timeoutMs: number };

function post<T>({ deps, agent, path, body, timeoutMs }: Call, signal: AbortSignal): Promise<T> {
  const { host, port } = deps.server();
  return new Promise<T>((resolve, reject) => {
    const unavailable = (error: unknown) => reject(new ServersUnavailableError(`${host}:${port}`, error));
    const headers = { 'content-type': 'application/json', [NODE_SECRET_HEADER]: deps.node.secret };
    const request = httpsRequest(
      { host, port, path, method: 'POST', agent, headers, signal, timeout: timeoutMs },
      async (response) => {
        try {
          let text = '';
          for await (const chunk of response.setEncoding('utf8')) text += chunk;
          if (response.statusCode === 200) return resolve(JSON.parse(text) as T);
          if (response.statusCode === 500) return unavailable(new Error(text));
          reject(new RequestRefusedError(response.statusCode ?? 0, refusal(text)));
        } catch (error) {
          unavailable(error);
        }
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', unavailable);
    request.end(JSON.stringify(body));
  });
}

function refusal(text: string): string {
  try {
    return String((JSON.parse(text) as { error?: unknown }).error ?? text);
  } catch {
    return text;
  }
}

type Credentials = { ca: string; cert: string; key: string; servername: string; minVersion: 'TLSv1.3' };

async function keepServing(
  deps: DialerDeps,
  credentials: Credentials,
  handler: ServeHandler,
  signal: AbortSignal,
): Promise<void> {
  const hello = JSON.stringify(deps.node);
  const http2 = createServer((request, response) => {
    if (request.url === HELLO_PATH) response.end(hello);
    else handler(request, response as ServeResponse);
  });
  http2.on('sessionError', (error) => deps.log.debug({ error: error.message }, 'rpc: the serving connection broke'));
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const socket = await dial(deps, credentials, signal).catch(() => undefined);
    if (socket) {
      attempt = 0;
      http2.emit('connection', socket);
      await closed(socket, signal);
    }
    if (!signal.aborted) await pause(backoff(attempt, RECONNECT, deps.random), signal);
  }
}

function dial(deps: DialerDeps, credentials: Credentials, signal: AbortSignal): Promise<TLSSocket> {
  const { host, port } = deps.server();
  return new Promise((resolve, reject) => {
    const socket = connect({ ...credentials, host, port, ALPNProtocols: [ALPN_SERVE] });
    socket.setKeepAlive(true, 15_000);
    const abort = () => socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', abort));
    socket.on('error', reject);
    socket.once('secureConnect', () => resolve(socket));
  });
}

function closed(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  if (signal.aborted) socket.destroy();
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
