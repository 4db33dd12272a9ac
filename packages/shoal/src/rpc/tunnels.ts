import { EventEmitter, once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from 'node:http2';
import { type Duplex, PassThrough, pipeline, type Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Log } from '../log.ts';
import { NodeNotConnectedError } from './errors.ts';
import { HELLO_PATH, type ServeHello } from './protocol.ts';

const HELLO_TIMEOUT_MS = 10_000;
const PING_INTERVAL_MS = 15_000;
/** A client whose agent or connection has just come back dials within this time. */
const RECONNECTS_WITHIN_MS = 2_000;

export type TunnelRequest = {
  method: string;
  /** Path with query. */
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
};

/** The stream fails when the connection breaks before the answer is whole. */
export type TunnelResponse = { status: number; headers: IncomingHttpHeaders; stream: Readable };

export type TunnelStream = { status: number; stream: Duplex };

export type TunnelsDeps = {
  authenticate(nodeId: string, secret: string): boolean;
  log: Log;
  /** How often each connection is looked after. Default 15 s. */
  pingMs?: number;
};

/**
 * The serving connections of this server's clients: requests of users go down them to the client that runs the allocation. Each is one
 * HTTP/2 session, so that a stream whose reader is slow holds up nothing but itself (RFC 9113, 5.2).
 */
export class Tunnels {
  readonly #deps: TunnelsDeps;
  readonly #pingMs: number;
  readonly #sessions = new Map<string, ClientHttp2Session>();
  /** Emits the id of a node whose client has just connected. */
  readonly #arrivals = new EventEmitter().setMaxListeners(0);

  constructor(deps: TunnelsDeps) {
    this.#deps = deps;
    this.#pingMs = deps.pingMs ?? PING_INTERVAL_MS;
  }

  connected(nodeId: string): boolean {
    return this.#sessions.has(nodeId);
  }

  /** Takes over a connection that a client dialled in order to serve on it. */
  accept(socket: TLSSocket): void {
    const session = connect('https://client', { createConnection: () => socket });
    session.on('error', () => session.destroy());
    this.#greet(session).then(
      (nodeId) => this.#keep(nodeId, session),
      (error: unknown) => {
        this.#deps.log.warn(
          { peer: socket.remoteAddress, error: String(error) },
          'rpc: a client that wanted to serve did not say who it is',
        );
        session.destroy();
      },
    );
  }

  /** Sends a request to the node's client. Rejects with NodeNotConnectedError when none comes soon or it breaks before the answer begins. */
  async request(nodeId: string, request: TunnelRequest, signal: AbortSignal): Promise<TunnelResponse> {
    const session = this.#open(nodeId) ?? (await this.#arrival(nodeId, signal));
    return new Promise((resolve, reject) => {
      const stream = session.request(
        { ...request.headers, ':method': request.method, ':path': request.path },
        { endStream: request.body === undefined, signal },
      );
      stream.once('response', (headers) =>
        resolve({ status: Number(headers[':status']), headers, stream: untilWhole(stream, nodeId) }),
      );
      stream.once('error', () => reject(new NodeNotConnectedError(nodeId)));
      stream.once('close', () => reject(new NodeNotConnectedError(nodeId)));
      if (request.body) stream.end(request.body);
    });
  }

  /** Opens a stream in both directions: what is written to it is the request's body, while its answer is read. Rejects as `request` does. */
  async open(
    nodeId: string,
    { path, headers }: Pick<TunnelRequest, 'path' | 'headers'>,
    signal: AbortSignal,
  ): Promise<TunnelStream> {
    const session = this.#open(nodeId) ?? (await this.#arrival(nodeId, signal));
    return new Promise((resolve, reject) => {
      const stream = session.request({ ...headers, ':method': 'POST', ':path': path }, { endStream: false, signal });
      stream.once('response', (answer) => resolve({ status: Number(answer[':status']), stream }));
      stream.on('error', () => reject(new NodeNotConnectedError(nodeId)));
      stream.once('close', () => reject(new NodeNotConnectedError(nodeId)));
    });
  }

  destroy(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }

  #open(nodeId: string): ClientHttp2Session | undefined {
    const session = this.#sessions.get(nodeId);
    return session?.destroyed ? undefined : session;
  }

  async #arrival(nodeId: string, signal: AbortSignal): Promise<ClientHttp2Session> {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(RECONNECTS_WITHIN_MS)]);
    await once(this.#arrivals, arrivalOf(nodeId), { signal: soon }).catch(() => {});
    const session = this.#open(nodeId);
    if (!session) throw new NodeNotConnectedError(nodeId);
    return session;
  }

  async #greet(session: ClientHttp2Session): Promise<string> {
    const stream = session.request({ ':path': HELLO_PATH }, { signal: AbortSignal.timeout(HELLO_TIMEOUT_MS) });
    let body = '';
    for await (const chunk of stream.setEncoding('utf8')) body += chunk;
    const hello = JSON.parse(body) as ServeHello;
    if (!this.#deps.authenticate(hello.nodeId, hello.secret)) throw new Error(`wrong secret for node ${hello.nodeId}`);
    return hello.nodeId;
  }

  /** The newest connection of a node is the true one: the older may be half-open after a cut. */
  #keep(nodeId: string, session: ClientHttp2Session): void {
    this.#sessions.get(nodeId)?.close();
    this.#sessions.set(nodeId, session);
    this.#arrivals.emit(arrivalOf(nodeId));
    const ping = setInterval(() => this.#ping(session), this.#pingMs);
    session.once('close', () => {
      clearInterval(ping);
      if (this.#sessions.get(nodeId) === session) this.#sessions.delete(nodeId);
    });
  }

  /** A connection whose other end is gone without a word fails here, and not at the next user's request. */
  #ping(session: ClientHttp2Session): void {
    if (session.destroyed) return;
    const overdue = setTimeout(() => session.destroy(undefined, constants.NGHTTP2_CANCEL), this.#pingMs);
    session.ping(() => clearTimeout(overdue));
  }
}

/** An HTTP/2 stream that was cancelled ends as one that is whole; the reader must know. */
function untilWhole(stream: ClientHttp2Stream, nodeId: string): Readable {
  const whole = new PassThrough({
    flush: (done) => done(stream.rstCode === constants.NGHTTP2_NO_ERROR ? null : new NodeNotConnectedError(nodeId)),
  });
  pipeline(stream, whole, () => undefined);
  return whole;
}

/** Not the id alone: an emitter gives `error` a meaning of its own. */
function arrivalOf(nodeId: string): string {
  return `node ${nodeId}`;
}
