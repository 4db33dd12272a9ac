import type { Socket } from 'node:net';
import type { ListenerOptions, MessageHandler } from './listener.ts';
import { MOST_QUERY_BYTES } from './query.ts';

/** Questions of one connection that may be waiting for a recursor at the same time. */
const MOST_PENDING = 64;
/** Messages that are answered before others have their turn. */
const MOST_PER_TURN = 16;
const MOST_UNSENT_BYTES = 1024 * 1024;

/**
 * Serves one TCP connection: messages with two bytes of length before each (RFC 1035 section 4.2.2), as many as come, answered as they are
 * ready (RFC 7766 section 6.2.1.1). Reading stops while the client does not take its answers.
 */
export function serveTcp(socket: Socket, handle: MessageHandler, options: ListenerOptions): void {
  let unread: Buffer = Buffer.alloc(0);
  let pending = 0;
  let isYielding = false;
  const client = { transport: 'tcp', address: socket.remoteAddress ?? '' } as const;
  socket.setNoDelay(true);
  socket.setTimeout(options.idleTimeoutMs, () => socket.destroy());
  // A connection that breaks is the client's affair.
  socket.on('error', () => socket.destroy());
  socket.on('drain', readOn);
  socket.on('data', (chunk: Buffer) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    readOn();
  });

  function readOn(): void {
    let at = 0;
    let answered = 0;
    while (hasRoom() && at + 2 <= unread.length) {
      const length = unread.readUInt16BE(at);
      if (length > MOST_QUERY_BYTES) {
        socket.destroy();
        return;
      }
      const end = at + 2 + length;
      if (end > unread.length) break;
      const message = unread.subarray(at + 2, end);
      at = end;
      answerOne(message);
      answered += 1;
      if (answered === MOST_PER_TURN) yieldTurn();
    }
    unread = unread.subarray(at);
    if (hasRoom()) socket.resume();
    else socket.pause();
  }

  function yieldTurn(): void {
    isYielding = true;
    setImmediate(() => {
      isYielding = false;
      readOn();
    });
  }

  function answerOne(message: Buffer): void {
    pending += 1;
    handle(message, client, (bytes) => {
      pending -= 1;
      // What deserves no answer is not DNS: neither is what would follow on this connection.
      if (bytes) send(bytes);
      else socket.destroy();
    });
  }

  function send(bytes: Buffer): void {
    if (socket.destroyed) return;
    const length = Buffer.allocUnsafe(2);
    length.writeUInt16BE(bytes.length);
    socket.cork();
    socket.write(length);
    socket.write(bytes);
    socket.uncork();
    if (socket.isPaused() && hasRoom()) setImmediate(readOn);
  }

  function hasRoom(): boolean {
    return !isYielding && !socket.destroyed && pending < MOST_PENDING && socket.writableLength < MOST_UNSENT_BYTES;
  }
}
