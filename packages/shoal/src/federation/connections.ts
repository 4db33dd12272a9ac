import { Agent, type IncomingMessage, request } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';
import type { SecureContextOptions } from 'node:tls';

/** A request to an API, without the address. */
export type Asked = {
  readonly method: string;
  /** With its query, escaped. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
  /** Until the head of the answer is there, once the connection is. */
  readonly answerWithinMs: number;
};

/** Files of the configuration, read. */
export type TlsContent = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & { readonly servername?: string };

export type Connections = {
  /** Rejects with NoAnswerError, or with the signal's reason. */
  send(asked: Asked): Promise<IncomingMessage>;
  close(): void;
};

export class NoAnswerError extends Error {
  readonly code = 'no-answer';
  /** Nothing of the request can have been carried out. */
  readonly isUnsent: boolean;
  constructor(reason: string, isUnsent: boolean, cause?: unknown) {
    super(reason, { cause });
    this.name = 'NoAnswerError';
    this.isUnsent = isUnsent;
  }
}

const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE']);

/** Connections to one address, kept open for readings. */
export function createConnections(origin: string, tls: TlsContent, connectWithinMs: number): Connections {
  const isSecure = origin.startsWith('https:');
  const agentOf = (keepAlive: boolean) =>
    isSecure ? new SecureAgent({ keepAlive, ...tls }) : new Agent({ keepAlive });
  const kept = agentOf(true);
  // A write has a connection of its own: one that lay idle may be closing this moment, and nobody could say whether the write arrived.
  const fresh = agentOf(false);

  const send = (asked: Asked, isAgain = false): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method, path, headers = {}, body, signal, answerWithinMs } = asked;
      let isUnsent = true;
      const agent = isReading(method) ? kept : fresh;
      const length = body ? { 'content-length': String(body.length) } : {};
      const outgoing = (isSecure ? requestSecurely : request)(`${origin}${path}`, {
        ...{ method, signal, agent },
        headers: { ...headers, ...length },
      });
      const giveUp = (what: string, ms: number) =>
        setTimeout(() => outgoing.destroy(new Error(`no ${what} within ${ms / 1000} s`)), ms);
      let patience: NodeJS.Timeout | undefined;
      const connected = () => {
        isUnsent = false;
        clearTimeout(patience);
        patience = giveUp('answer', answerWithinMs);
      };
      outgoing.once('socket', (socket) => {
        if (!socket.connecting) return connected();
        patience = giveUp('connection', connectWithinMs);
        socket.once(isSecure ? 'secureConnect' : 'connect', connected);
      });
      outgoing.once('close', () => clearTimeout(patience));
      outgoing.once('response', (response) => {
        clearTimeout(patience);
        resolve(response);
      });
      // Stays: what breaks later is told by the response.
      outgoing.on('error', (error) => {
        if (signal.aborted) return reject(signal.reason);
        // It was being closed over there when we took it from those that are kept.
        const wasClosed = CLOSED.has((error as NodeJS.ErrnoException).code ?? '');
        if (outgoing.reusedSocket && wasClosed && !isAgain) return resolve(send(asked, true));
        reject(new NoAnswerError(reasonOf(error), isUnsent, error));
      });
      outgoing.end(body);
    });
  return {
    send: (asked) => send(asked),
    close() {
      kept.destroy();
      fresh.destroy();
    },
  };
}

export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** A host with several addresses fails with the errors of all. */
function reasonOf(error: Error & { errors?: readonly Error[] }): string {
  return error.message || (error.errors ?? []).map(({ message }) => message).join(', ') || String(error);
}
