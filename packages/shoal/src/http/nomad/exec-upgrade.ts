import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Duplex, pipeline, type Readable } from 'node:stream';
import type { UpgradeHandler } from '../shared/api-server.ts';
import { messageOf, statusOf } from '../shared/errors.ts';

/**
 * `GET /v1/client/allocation/:id/exec` and `GET /v1/job/:id/action`, as WebSockets: the client that runs the allocation answers, what is between only
 * passes bytes on.
 */
export type ExecTarget = {
  /** Undefined: of an action, for which a server chooses one. */
  alloc: string | undefined;
  /** With the query. */
  path: string;
  /** Those of the handshake. */
  headers: Record<string, string>;
};

/** Of 200 the stream is the client's, in both directions; else it is a text with the reason. */
export type ExecOpened = { status: number; stream: Duplex | Readable };

export type OpenExec = (target: ExecTarget, signal: AbortSignal) => Promise<ExecOpened>;

const ACTION = /^\/v1\/job\/[^?]+\/action(?:\?|$)/;
const PATH = /^\/v1\/client\/allocation\/([^/?]+)\/exec(?:\?|$)/;
const HANDSHAKE = ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol', 'sec-websocket-extensions'];
const LONGEST_REASON_BYTES = 64 * 1024;

export function execUpgrade(open: OpenExec): UpgradeHandler {
  return (request, socket, head) => {
    const gone = new AbortController();
    socket.once('close', () => gone.abort());
    carry(open, request, { socket, head, signal: gone.signal }).catch((error) =>
      refuse(socket, statusOf(error), messageOf(error)),
    );
  };
}

type Connection = { socket: Duplex; head: Buffer; signal: AbortSignal };

async function carry(
  open: OpenExec,
  { url = '', headers }: IncomingMessage,
  { socket, head, signal }: Connection,
): Promise<void> {
  const [, alloc] = PATH.exec(url) ?? [];
  if (alloc === undefined && !ACTION.test(url)) return refuse(socket, 404, 'resource not found');
  const { status, stream } = await open({ alloc, path: url, headers: handshakeOf(headers) }, signal);
  if (status !== 200) return refuse(socket, status, await textOf(stream));
  if (!('write' in stream)) throw new Error('the client answered with a stream that takes nothing');
  if (head.length > 0) stream.write(head);
  pipeline(socket, stream, socket, () => {
    stream.destroy();
    socket.destroy();
  });
}

function handshakeOf(headers: IncomingHttpHeaders): Record<string, string> {
  const own = HANDSHAKE.map((name) => [name, headers[name]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) if (text.length < LONGEST_REASON_BYTES) text += String(chunk);
  return text;
}

function refuse(socket: Duplex, status: number, reason: string): void {
  const body = Buffer.from(reason);
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
    'Connection: close',
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
}
