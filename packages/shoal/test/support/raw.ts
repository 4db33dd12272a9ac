import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Clients that keep to no protocol. None of them ever throws: what the other end does to the connection is its affair. */

/** Sends the bytes over TCP, piece by piece, and answers with what comes back until the end, until it is `enough`, or until `waitMs` are over. */
export async function sendTcp(
  port: number,
  pieces: readonly (Buffer | string)[],
  { waitMs = 300, enough = () => false }: { waitMs?: number; enough?: (answer: string) => boolean } = {},
): Promise<string> {
  const socket = openTcp(port);
  let answer = '';
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      isOver = true;
      resolve();
    };
    socket.once('close', end);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      if (enough(answer)) end();
    });
  });
  for (const piece of pieces) {
    if (isOver) break;
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), ended]);
  }
  await Promise.race([ended, delay(waitMs)]);
  socket.destroy();
  return answer;
}

/** A connection that says nothing by itself. */
export function openTcp(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  return socket;
}

/** Sends each message as a packet. Answers with the number of packets that came back within `waitMs`. */
export async function sendUdp(port: number, messages: readonly Buffer[], waitMs = 300): Promise<number> {
  const socket = createSocket('udp4');
  let answers = 0;
  socket.on('message', () => answers++);
  socket.on('error', () => {});
  for (const message of messages) await new Promise((resolve) => socket.send(message, port, '127.0.0.1', resolve));
  await delay(waitMs);
  socket.close();
  return answers;
}

/** The status of an HTTP answer; 0 for none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0);
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function randomBytesOf(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}
