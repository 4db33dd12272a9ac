import type { Socket } from 'node:net';
import { type Ask, isAnswerTo, randomId, withId } from './exchange.ts';

/** A connection without questions is closed after this: servers do the same (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;
const MOST_ON_ONE = 128;

type Waiting = { readonly question: Buffer; readonly resolve: (answer: Buffer | undefined) => void };
type Connection = { readonly socket: Socket; readonly waiting: Map<number, Waiting> };

export type StreamRecursor = { readonly ask: Ask; close(): void };

/**
 * Asks over one connection that is kept, many questions at a time, answered in any order. `dial` opens one, over TLS or not. A question that meets a connection which the server has just closed is asked once more on a new one.
 */
export function streamRecursor(dial: () => Socket): StreamRecursor {
  let current: Connection | undefined;

  return { ask, close: () => current?.socket.destroy() };

  async function ask(message: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
    const end = performance.now() + timeoutMs;
    const isFresh = !isUsable(current);
    const answer = await askOnce(message, timeoutMs);
    const left = end - performance.now();
    return answer ?? (isFresh || left <= 0 || isUsable(current) ? undefined : askOnce(message, left));
  }

  function askOnce(message: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
    const connection = isUsable(current) ? current : open();
    const id = freeId(connection);
    const question = withId(message, id);
    return new Promise((resolve) => {
      const timer = setTimeout(() => finish(undefined), timeoutMs);
      connection.waiting.set(id, { question, resolve: finish });
      send(connection.socket, question);

      function finish(answer: Buffer | undefined): void {
        clearTimeout(timer);
        connection.waiting.delete(id);
        resolve(answer && withId(answer, message.readUInt16BE(0)));
      }
    });
  }

  function open(): Connection {
    const socket = dial();
    const connection: Connection = { socket, waiting: new Map() };
    current = connection;
    let unread: Buffer = Buffer.alloc(0);
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // Nothing waits for an idle connection: the program may end.
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      if (current === connection) current = undefined;
      for (const { resolve } of [...connection.waiting.values()]) resolve(undefined);
    });
    socket.on('data', (chunk: Buffer) => {
      unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
      while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
        const end = 2 + unread.readUInt16BE(0);
        receive(connection, unread.subarray(2, end));
        unread = unread.subarray(end);
      }
    });
    return connection;
  }
}

function receive({ waiting, socket }: Connection, answer: Buffer): void {
  const asked = answer.length >= 2 ? waiting.get(answer.readUInt16BE(0)) : undefined;
  if (asked && isAnswerTo(asked.question, answer)) asked.resolve(Buffer.from(answer));
  // Something that was never asked: this is no DNS server, or not one to trust.
  else if (!asked && waiting.size === 0) socket.destroy();
}

function isUsable(connection: Connection | undefined): connection is Connection {
  return connection !== undefined && !connection.socket.destroyed && connection.waiting.size < MOST_ON_ONE;
}

function freeId({ waiting }: Connection): number {
  for (;;) {
    const id = randomId();
    if (!waiting.has(id)) return id;
  }
}

/** Written before it is open, it is sent when it is: sockets keep it. */
function send(socket: Socket, question: Buffer): void {
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(question.length);
  socket.write(Buffer.concat([length, question]));
}
