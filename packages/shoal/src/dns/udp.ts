import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { DnsAddress, MessageHandler } from './listener.ts';

/** Room for a burst of questions while the event loop is busy. */
const UDP_BUFFER_BYTES = 1024 * 1024;

/** Resolves with the bound socket. Throws the system's error. */
export async function listenUdp(address: DnsAddress, handle: MessageHandler): Promise<Socket> {
  const type = isIPv6(address.host) ? 'udp6' : 'udp4';
  const socket = createSocket({ type, recvBufferSize: UDP_BUFFER_BYTES, lookup: asItIs });
  socket.on('message', (message, from) =>
    handle(message, { transport: 'udp', address: from.address }, (bytes) => sendTo(socket, from, bytes)),
  );
  // Asked for first: without a lookup, it listens (or fails) at once.
  const listening = once(socket, 'listening');
  socket.bind(address.port, address.host);
  try {
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on('error', () => undefined);
  return socket;
}

/** Answers go to addresses: the usual lookup of names would cost each of them another turn of the event loop. */
function asItIs(address: string, _: unknown, done: (error: null, address: string, family: number) => void): void {
  done(null, address, isIPv6(address) ? 6 : 4);
}

/** Sends an answer, or loses it as any packet may be lost. Never throws. */
export function sendTo(socket: Socket, to: { address: string; port: number }, bytes: Buffer | undefined): void {
  if (!bytes) return;
  try {
    socket.send(bytes, to.port, to.address);
  } catch {
    // Thrown at once rather than told to the callback: a source port of 0, which anybody can forge, and a socket that was closed while a recursor answered.
  }
}
