import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A service's instance that speaks TCP: on a free port, and gone when the test is over. */
export type TcpInstance = {
  readonly port: number;
  readonly sockets: ReadonlySet<Socket>;
  /** Breaks all connections and takes none any more. */
  kill(): Promise<void>;
};

export async function tcpInstance(onConnection: (socket: Socket) => void, port = 0): Promise<TcpInstance> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
    onConnection(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => kill());
  return { port: (server.address() as AddressInfo).port, sockets, kill };

  async function kill(): Promise<void> {
    for (const socket of sockets) socket.resetAndDestroy();
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    await closed;
  }
}
