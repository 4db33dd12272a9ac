import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type ApiOptions, createApi } from './api.ts';
import { messageOf, statusOf } from './errors.ts';
import { createKeptAnswers, type KeptAnswersOptions } from './kept-answers.ts';
import { Listener } from './listener.ts';
import { allowedOrigins, checkSafety } from './safety.ts';

/** Takes over a connection that switches protocols (WebSocket). It owns the socket from then on. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export type ApiServerOptions = Omit<ApiOptions, 'kept' | 'headers'> & {
  /** Extra headers of all answers (`http_api_response_headers`), at first. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For messages: `The Consul API`. */
  readonly what: string;
  readonly addresses: readonly string[];
  /** 0: any free port. */
  readonly port: number;
  readonly upgrade?: UpgradeHandler;
  readonly onMissingAddress?: (address: string) => void;
  /** Bytes of a request's line and headers. */
  readonly maxHeaderBytes?: number;
  /** With it, answers to readings are sent again until something of what was read changes. */
  readonly untilChanged?: KeptAnswersOptions['untilChanged'];
  /** False: what was kept is not sent now. */
  readonly mayRepeat?: () => boolean;
};

/** An API on its addresses. */
export type ApiServer = {
  /** Resolves when it serves. Rejects with PortTakenError. */
  start(): Promise<void>;
  /** Waiting requests are answered with what there is, then all connections are closed. */
  stop(): Promise<void>;
  /** Serves on one more address, by the rule of `start`. */
  listen(address: string): Promise<void>;
  /** Extra headers of all answers from now on. */
  useHeaders(headers: Readonly<Record<string, string>>): void;
  addresses(): { address: string; port: number }[];
  /** For requests whose names were looked at already. */
  readonly upgrade: UpgradeHandler | undefined;
  /** For tests: `inject` asks without sockets. */
  readonly app: FastifyInstance;
};

export function createApiServer(given: ApiServerOptions): ApiServer {
  const { upgrade, untilChanged, mayRepeat = () => true } = given;
  let headers = given.headers ?? {};
  const options = { ...given, safety: { ...given.safety, origins: () => allowedOrigins(headers) } };
  const kept = untilChanged && createKeptAnswers({ ...options, untilChanged });
  const app = createApi({ ...options, headers: () => headers, ...(kept && { kept }) });
  const listener = new Listener({
    what: options.what,
    addresses: options.addresses,
    port: options.port,
    ...(options.maxHeaderBytes !== undefined && { maxHeaderBytes: options.maxHeaderBytes }),
    handle: (request, response) => {
      if (!kept || !mayRepeat() || !kept.serve(request, response)) app.routing(request, response);
    },
    ...(upgrade && { upgrade: (request, socket, head) => safely(options, upgrade, request, socket, head) }),
    ...(options.onMissingAddress && { onMissing: options.onMissingAddress }),
  });
  return {
    app,
    upgrade,
    addresses: () => listener.addresses(),
    listen: (address) => listener.listen(address),
    useHeaders(next) {
      headers = next;
      kept?.clear();
    },
    async start() {
      await app.ready();
      await listener.start();
    },
    async stop() {
      await Promise.all([app.close(), listener.stop()]);
    },
  };
}

/** An upgrade is a request too: same names, own catch. */
function safely(
  options: ApiServerOptions,
  upgrade: UpgradeHandler,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy());
  try {
    checkSafety(options.safety, request.headers, request.socket.localAddress);
    upgrade(request, socket, head);
  } catch (error) {
    const message = messageOf(error);
    const length = Buffer.byteLength(message);
    const head = `HTTP/1.1 ${statusOf(error)} Refused\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
    socket.end(head + message);
  }
}
