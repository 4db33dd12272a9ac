import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { Allocation } from '@shoal/api';
import { backoff } from '../client/backoff.ts';
import type { ServerConnection } from '../client/server-connection.ts';
import { lifetime } from '../lifetime.ts';
import type { Log } from '../log.ts';
import { linked, pause } from './deadline.ts';
import type { Link } from './link.ts';
import { HELLO_PATH, PATHS, type ServeHello } from './protocol.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** A user waits at the other end, so the longest pause is short. */
const RECONNECT = { baseMs: 100, maxMs: 1_000 };
/** The server looks after the connection every 15 s; one that it has left alone for this long is dead. */
const SILENCE_MS = 45_000;

/** `flushHeaders` is there (node:http2, compatibility API), its type declaration is not. */
export type ServeResponse = Http2ServerResponse & { flushHeaders(): void };
export type ServeHandler = (request: Http2ServerRequest, response: ServeResponse) => void;

export type DialerDeps = {
  link: Link;
  node: ServeHello;
  log: Log;
  random: () => number;
  /** After so long without a word of the server the serving connection is given up. Default 45 s. */
  silenceMs?: number;
};

export type Dialer = ServerConnection & {
  /** Keeps one connection up on which `handler` answers requests; until the link is stopped. */
  serve(handler: ServeHandler): void;
  /** From now on the servers hear of this client's allocations only, and not that it is there: it is about to leave. */
  retire(): void;
};

/** What a client that leaves does not say any more: the caller tries again until it is stopped. */
class RetiredError extends Error {
  readonly code = 'unavailable';
}

/** The client's requests to its servers, and the connection on which it serves. */
export function createDialer(deps: DialerDeps): Dialer {
  const call = <T>(path: string, body: unknown, signal: AbortSignal, timeoutMs = REQUEST_TIMEOUT_MS) =>
    deps.link.call<T>(path, body, { signal, timeoutMs });
  const retired = lifetime();
  const unlessRetired = async <T>(path: string, body: unknown, signal: AbortSignal, timeoutMs?: number): Promise<T> => {
    const wait = linked([signal, retired.signal]);
    try {
      wait.signal.throwIfAborted();
      return await call<T>(path, body, wait.signal, timeoutMs);
    } finally {
      wait.clear();
    }
  };
  return {
    retire: () => retired.abort(new RetiredError('this client is leaving')),
    register: (node, signal) => unlessRetired(PATHS.register, { node }, signal),
    heartbeat: (nodeId, status, signal) => unlessRetired(PATHS.heartbeat, { nodeId, status }, signal),
    // The server answers after waitMs and a little more at most; what takes longer is a dead connection.
    watchAllocations: (nodeId, after, signal) =>
      unlessRetired(PATHS.allocations, { nodeId, ...after }, signal, after.waitMs * 1.1 + REQUEST_TIMEOUT_MS),
    fetchAllocations: (nodeId, ids, signal) => call<Allocation[]>(PATHS.fetchAllocations, { nodeId, ids }, signal),
    askForTask: (nodeId, question, after, signal) =>
      call(PATHS.askForTask, { nodeId, question, ...after }, signal, after.waitMs * 1.1 + REQUEST_TIMEOUT_MS),
    async updateAllocations(nodeId, updates, signal) {
      await call(PATHS.updateAllocations, { nodeId, updates }, signal);
    },
    serve: (handler) => void keepServing(deps, handler),
  };
}

async function keepServing(deps: DialerDeps, handler: ServeHandler): Promise<void> {
  const { link, node, log, random, silenceMs = SILENCE_MS } = deps;
  const hello = JSON.stringify(node);
  const http2 = createServer((request, response) => {
    if (request.url === HELLO_PATH) response.end(hello);
    else handler(request, response as ServeResponse);
  });
  http2.on('sessionError', (error) => log.debug({ error: error.message }, 'rpc: the serving connection broke'));
  http2.on('session', (session) => giveUpWhenLeft(session, silenceMs));
  for (let attempt = 0; !link.stopped.aborted; attempt += 1) {
    const socket = await link.dialToServe(link.stopped).catch(() => undefined);
    if (socket) {
      attempt = 0;
      http2.emit('connection', socket);
      await overtaken(socket, link);
    }
    if (!link.stopped.aborted) await pause(backoff(attempt, RECONNECT, random), link.stopped);
  }
}

/** The server's pings tell that it is there. The socket's own timeout does not know of them, nor of answers: HTTP/2 reads and writes past it. */
function giveUpWhenLeft(session: ServerHttp2Session, silenceMs: number): void {
  const timer = setTimeout(() => session.destroy(), silenceMs);
  session.on('ping', () => timer.refresh());
  session.once('close', () => clearTimeout(timer));
}

/**
 * Resolves when another connection is needed: this one is closed, or older than a cut. In the second case it is left to the server, which gives up
 * the old one for the new one when what is on its way there has ended.
 */
function overtaken(socket: TLSSocket, link: Link): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => socket.destroy();
    const end = () => {
      stopListening();
      if (socket.closed) link.stopped.removeEventListener('abort', stop);
      resolve();
    };
    const stopListening = link.onReset(end);
    link.stopped.addEventListener('abort', stop, { once: true });
    socket.once('close', () => {
      link.stopped.removeEventListener('abort', stop);
      end();
    });
    if (link.stopped.aborted) stop();
    if (socket.closed) end();
  });
}
