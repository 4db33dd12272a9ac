import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { lifetime } from '../lifetime.ts';
import { deadline, linked } from './deadline.ts';
import { anyName, type Dialled, dial } from './dial.ts';
import { CertificateError, RequestRefusedError, ServersUnavailableError } from './errors.ts';
import { Names } from './names.ts';
import {
  ALPN_REQUEST,
  ALPN_SERVE,
  API_PREFIXES,
  type ApiName,
  NODE_ID_HEADER,
  NODE_SECRET_HEADER,
} from './protocol.ts';
import type { ServerList } from './server-list.ts';
import type { Identity } from './tls/identity.ts';

const REQUEST_TIMEOUT_MS = 10_000;
/** How long a request waits for the servers to come back before it fails. */
const HOLD_MS = 30_000;
const MOST_SOCKETS = 256;

export type LinkDeps = {
  /** Asked at each connection: certificates are renewed while the agent runs. */
  identity(): Identity;
  /** Names, one of which the server's certificate must have, whatever address is dialled. */
  serverNames: readonly [string, ...string[]];
  servers: ServerList;
  node: { readonly nodeId: string; readonly secret: string };
};

export type CallOptions = {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  /** While no server answers: wait for one (`wait`, the default), fail at once, or ask all the same, to find out. */
  readonly down?: 'wait' | 'fail' | 'ask';
};

export type ForwardedRequest = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
};

export type Upgraded = { refused: IncomingMessage } | { answer: IncomingMessage; socket: Duplex };

type Target = { method: string; path: string; headers?: Readonly<Record<string, string>> };

/**
 * The agent's way to its servers, whichever of them answers: it only ever dials out. Requests have connections of their own, apart from those that
 * carry users' requests: whatever a user does with an answer holds up no heartbeat.
 */
export class Link {
  readonly #deps: LinkDeps;
  readonly #names = new Names();
  readonly #stopped = lifetime();
  readonly #resets = new Set<() => void>();
  readonly #forwards: Agent;
  /** Users' readings that have no answer yet: each can be asked again on another connection. */
  readonly #unanswered = new Set<() => void>();
  #requests: Agent;
  #down = false;
  #comesUp: (() => void)[] = [];

  constructor(deps: LinkDeps) {
    this.#deps = deps;
    this.#requests = this.#agent();
    this.#forwards = this.#agent();
  }

  /** One request, JSON both ways. Rejects with ServersUnavailableError (`unavailable`), RequestRefusedError or CertificateError. */
  async call<T>(path: string, body: unknown, { signal, timeoutMs, down }: CallOptions): Promise<T> {
    if (this.#down && down === 'fail') throw this.#unavailable(new Error('no server answers at present'));
    if (down !== 'ask') await this.#up(signal);
    const wait = deadline(timeoutMs ?? REQUEST_TIMEOUT_MS, [signal, this.#stopped.signal]);
    try {
      const response = await this.#send(this.#requests, wait.signal, { method: 'POST', path }, JSON.stringify(body));
      return await this.#result<T>(response);
    } catch (error) {
      throw this.#asOurs(error);
    } finally {
      wait.clear();
    }
  }

  /** A request whose answer does not end; the caller reads it, and destroys it to end it. Has a connection of its own. */
  async stream(path: string, body: unknown, signal: AbortSignal): Promise<IncomingMessage> {
    const agent = this.#agent({ keepAlive: false });
    try {
      const response = await this.#send(agent, signal, { method: 'POST', path }, JSON.stringify(body));
      if (response.statusCode !== 200) await this.#result(response);
      return response;
    } catch (error) {
      throw this.#asOurs(error);
    }
  }

  /** A user's request to one of the HTTP APIs of a server. The answer is passed on as it comes. */
  async forward(
    api: ApiName,
    { method, path, headers, body }: ForwardedRequest,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    if (this.#down) throw this.#unavailable(new Error('no server answers at present'));
    const target = { method, path: `${API_PREFIXES[api]}${path}`, headers };
    try {
      return await this.#forwardOnce(target, body, signal);
    } catch (error) {
      throw this.#asOurs(error);
    }
  }

  /** A user's request to switch protocols. The answer is the server's connection, which has switched, or its refusal. */
  async upgrade(
    api: ApiName,
    { path, headers }: Pick<ForwardedRequest, 'path' | 'headers'>,
    signal: AbortSignal,
  ): Promise<Upgraded> {
    if (this.#down) throw this.#unavailable(new Error('no server answers at present'));
    const { nodeId, secret } = this.#deps.node;
    const all = { ...headers, [NODE_ID_HEADER]: nodeId, [NODE_SECRET_HEADER]: secret };
    const target = { method: 'GET', path: `${API_PREFIXES[api]}${path}`, headers: all };
    return new Promise((resolve, reject) => {
      const request = httpRequest({ agent: this.#agent({ keepAlive: false }), ...target, signal });
      request.once('response', (refused) => resolve({ refused }));
      request.once('upgrade', (answer, socket: Duplex, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        resolve({ answer, socket });
      });
      request.once('error', (error) => reject(this.#asOurs(error)));
      request.end();
    });
  }

  async #forwardOnce(target: Target, body: Buffer | undefined, signal: AbortSignal): Promise<IncomingMessage> {
    for (;;) {
      const hung = new AbortController();
      const askAgain = () => hung.abort();
      const wait = linked([signal, hung.signal]);
      if (target.method === 'GET') this.#unanswered.add(askAgain);
      try {
        const response = await this.#send(this.#forwards, wait.signal, target, body);
        // From here on the user's going away ends the answer, and nothing else does.
        signal.addEventListener('abort', () => response.destroy(), { once: true });
        return response;
      } catch (error) {
        if (!hung.signal.aborted || signal.aborted) throw error;
      } finally {
        this.#unanswered.delete(askAgain);
        wait.clear();
      }
    }
  }

  /** A connection on which this side will serve. */
  async dialToServe(signal: AbortSignal): Promise<TLSSocket> {
    const { socket, server } = await this.#dial(ALPN_SERVE, signal);
    this.#deps.servers.answered(server);
    return socket;
  }

  /** What is known of the servers: while they do not answer, requests wait instead of hanging one by one. */
  setDown(down: boolean): void {
    this.#down = down;
    if (down) return;
    for (const resume of this.#comesUp.splice(0)) resume();
  }

  isDown(): boolean {
    return this.#down;
  }

  /** After a cut: connections of before may hang until the kernel tries again. Requests on them fail, and their callers repeat them at once. */
  reset(): void {
    const old = this.#requests;
    this.#requests = this.#agent();
    old.destroy();
    for (const socket of Object.values(this.#forwards.freeSockets).flat()) socket?.destroy();
    for (const askAgain of [...this.#unanswered]) askAgain();
    for (const listener of this.#resets) listener();
  }

  onReset(listener: () => void): () => void {
    this.#resets.add(listener);
    return () => this.#resets.delete(listener);
  }

  stop(): void {
    this.#stopped.abort(new Error('the agent stops'));
    this.setDown(false);
    this.#requests.destroy();
    this.#forwards.destroy();
  }

  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  async #up(signal: AbortSignal): Promise<void> {
    if (!this.#down) return;
    const hold = deadline(HOLD_MS, [signal, this.#stopped.signal]);
    const up = await new Promise<boolean>((resolve) => {
      const resume = () => resolve(true);
      this.#comesUp.push(resume);
      hold.signal.addEventListener('abort', () => {
        this.#comesUp = this.#comesUp.filter((other) => other !== resume);
        resolve(false);
      });
    });
    hold.clear();
    if (!up) throw this.#unavailable(hold.signal.reason);
  }

  #send(
    agent: Agent,
    signal: AbortSignal,
    { method, path, headers }: Target,
    body?: string | Buffer,
  ): Promise<IncomingMessage> {
    const { nodeId, secret } = this.#deps.node;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const own = { 'content-type': 'application/json', ...headers, ...length };
    const all = { ...own, [NODE_ID_HEADER]: nodeId, [NODE_SECRET_HEADER]: secret };
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const attempt = (again: boolean) => {
        const request = httpRequest({ agent, method, path, headers: all, signal });
        request.once('response', resolve);
        request.once('error', (error) => {
          // The server closed an idle connection at the moment that it was used.
          if (!again && request.reusedSocket && !signal.aborted && isClosed(error)) attempt(true);
          else reject(signal.aborted ? signal.reason : error);
        });
        request.end(body);
      };
      attempt(false);
    });
  }

  async #result<T>(response: IncomingMessage): Promise<T> {
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    if (response.statusCode === 200) return JSON.parse(text) as T;
    const { message, patienceMs } = refusal(text);
    if (response.statusCode === 500 || response.statusCode === 503) throw new Error(message);
    throw new RequestRefusedError(response.statusCode ?? 0, message, patienceMs);
  }

  #asOurs(error: unknown): Error {
    if (error instanceof RequestRefusedError || error instanceof CertificateError) return error;
    return error instanceof ServersUnavailableError ? error : this.#unavailable(error);
  }

  #unavailable(cause: unknown): ServersUnavailableError {
    return new ServersUnavailableError(String(this.#deps.servers), cause);
  }

  #agent({ keepAlive = true } = {}): Agent {
    const connect = async (): Promise<TLSSocket> => {
      const { socket, server } = await this.#dial(ALPN_REQUEST, this.#stopped.signal);
      this.#deps.servers.answered(server);
      return socket;
    };
    return new DialingAgent(connect, keepAlive);
  }

  #dial(protocol: string, signal: AbortSignal): Promise<Dialled> {
    return dial({ servers: this.#deps.servers.all(), names: this.#names, tls: this.#tls(protocol), signal });
  }

  #tls(protocol: string): ConnectionOptions {
    const { authority, certificate, key } = this.#deps.identity();
    const names = this.#deps.serverNames;
    return {
      ca: authority,
      cert: certificate,
      key,
      servername: names[0],
      checkServerIdentity: anyName(names),
      minVersion: 'TLSv1.3',
      ALPNProtocols: [protocol],
    };
  }
}

type Connected = (error: Error | null, socket?: Duplex) => void;

/** Keeps connections for reuse; new ones go to whichever server takes them. */
class DialingAgent extends Agent {
  readonly #connect: () => Promise<TLSSocket>;

  constructor(connect: () => Promise<TLSSocket>, keepAlive: boolean) {
    super({ keepAlive, scheduling: 'lifo', maxSockets: MOST_SOCKETS });
    this.#connect = connect;
  }

  /** Called by node:http (documented, though its types do not have it); nothing is returned: the socket comes later. */
  override createConnection(_options: unknown, connected: Connected): undefined {
    this.#connect().then(
      (socket) => connected(null, socket),
      (error: Error) => connected(error),
    );
  }

  /** All servers are one place. */
  override getName(): string {
    return 'servers';
  }
}

function isClosed(error: Error & { code?: unknown }): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

function refusal(text: string): { message: string; patienceMs?: number } {
  try {
    const { error, patienceMs } = JSON.parse(text) as { error?: unknown; patienceMs?: unknown };
    return { message: String(error ?? text), ...(typeof patienceMs === 'number' && { patienceMs }) };
  } catch {
    return { message: text };
  }
}
