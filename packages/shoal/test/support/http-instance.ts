import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Backend, Route } from '../../src/edge/route.ts';

/** A service's instance: a server on a free port that is gone when the test is over. */
export type HttpInstance = {
  readonly port: number;
  readonly server: Server;
  readonly sockets: ReadonlySet<Socket>;
  /** Takes no new connections, lets what runs finish: a task that ends well. */
  finish(): Promise<void>;
  /** Breaks all connections: a task that is killed. */
  kill(): Promise<void>;
};

export async function httpInstance(listener: RequestListener, port = 0): Promise<HttpInstance> {
  const server = createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => kill());
  return { port: (server.address() as AddressInfo).port, server, sockets, finish, kill };

  async function finish(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    await closed;
  }

  async function kill(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
}

export function backend(port: number, more: Partial<Backend> = {}): Backend {
  return { id: `n/${port}`, address: '127.0.0.1', port, weight: 1, strip: '', ...more };
}

/** A route for every request. */
export function routeTo(ports: readonly number[], more: Partial<Route> = {}): Route {
  const backends = ports.map((port) => backend(port));
  return { host: '', path: '/', match: 'segment', tls: false, services: ['web'], backends, ...more };
}
