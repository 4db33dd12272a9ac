import type { Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { DnsListenError, systemCode } from './errors.ts';
import type { Transport } from './respond.ts';
import { serveTcp } from './tcp.ts';
import { listenUdp } from './udp.ts';

/** Where DNS listens, over UDP and TCP alike. Port 0 takes a free one. */
export type DnsAddress = { readonly host: string; readonly port: number };

export type Client = { readonly transport: Transport; readonly address: string };

/** Answers one message: calls `reply` once, now or later, with undefined for silence. Never throws. */
export type MessageHandler = (message: Buffer, client: Client, reply: (bytes: Buffer | undefined) => void) => void;

/** Both sockets of one address. */
export type Listener = { readonly address: DnsAddress; close(): Promise<void> };

export type ListenerOptions = { readonly idleTimeoutMs: number; readonly mostConnections: number };

const MOST_TRIES_FOR_A_FREE_PORT = 10;
/** Opens UDP and TCP on one port. Throws `DnsListenError`. */
export async function openListener(
  address: DnsAddress,
  handle: MessageHandler,
  options: ListenerOptions,
): Promise<Listener> {
  const connections = new Set<Socket>();
  for (let tries = 1; ; tries++) {
    const tcp = createServer((socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
      serveTcp(socket, handle, options);
    });
    tcp.maxConnections = options.mostConnections;
    try {
      const port = await listenTcp(tcp, address);
      const udp = await listenUdp({ host: address.host, port }, handle);
      return { address: { host: address.host, port }, close: () => closeAll(udp, tcp, connections) };
    } catch (error) {
      tcp.close();
      // A port that is free for TCP may be taken for UDP: with port 0, another one will do.
      if (address.port === 0 && systemCode(error) === 'EADDRINUSE' && tries < MOST_TRIES_FOR_A_FREE_PORT) continue;
      throw new DnsListenError(address, error as NodeJS.ErrnoException);
    }
  }
}

async function listenTcp(server: Server, address: DnsAddress): Promise<number> {
  server.listen(address.port, address.host);
  await once(server, 'listening');
  // Errors of accept(), such as too many open files: the connection is lost, the server goes on.
  server.on('error', () => undefined);
  const bound = server.address();
  return typeof bound === 'object' && bound ? bound.port : address.port;
}

async function closeAll(udp: UdpSocket, tcp: Server, connections: Set<Socket>): Promise<void> {
  const closed = Promise.all([once(udp, 'close'), once(tcp, 'close')]);
  udp.close();
  tcp.close();
  for (const socket of connections) socket.destroy();
  await closed;
}
