import { connect, type Socket } from 'node:net';
import { messageOf, SupervisorError, type SupervisorErrorCode } from './errors.ts';
import { lineDecoder } from './lines.ts';
import { socketPath } from './place.ts';
import { MAX_LINE_BYTES, type ReplyMessage } from './protocol.ts';

/** One connection to a supervisor. */
export type Connection = {
  /** The reply's result; throws `SupervisorError` for a refusal, `ConnectionLost` if the connection ends before the reply. */
  call(op: string, params: unknown): Promise<unknown>;
  /** Resolves when the connection is over, for whatever reason. */
  closed: Promise<void>;
  close(): void;
};

export class ConnectionLost extends Error {
  readonly code = 'connection_lost';
  constructor() {
    super('the connection to the supervisor broke');
    this.name = 'ConnectionLost';
  }
}

type Call = { resolve(result: unknown): void; reject(error: Error): void };

/** Throws the system's error (ENOENT, ECONNREFUSED) if nobody listens. */
export async function openConnection(dir: string): Promise<Connection> {
  const socket = await dial(dir);
  const calls = new Map<number, Call>();
  let lastId = 0;

  const decode = lineDecoder(MAX_LINE_BYTES, (line) => {
    const reply = JSON.parse(line) as ReplyMessage;
    const call = calls.get(reply.id);
    calls.delete(reply.id);
    if ('error' in reply)
      call?.reject(new SupervisorError(reply.error.code as SupervisorErrorCode, reply.error.message));
    else call?.resolve(reply.result);
  });
  socket.on('data', (chunk) => {
    try {
      decode(chunk);
    } catch (error) {
      socket.destroy(new Error(`a reply that cannot be read: ${messageOf(error)}`));
    }
  });
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const call of calls.values()) call.reject(new ConnectionLost());
      calls.clear();
      resolve();
    });
  });
  return {
    closed,
    close: () => socket.destroy(),
    call(op, params) {
      if (socket.destroyed) return Promise.reject(new ConnectionLost());
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        calls.set(id, { resolve, reject });
        socket.write(`${JSON.stringify({ id, op, params })}\n`);
      });
    },
  };
}

function dial(dir: string): Promise<Socket> {
  const { path, release } = socketPath(dir);
  return new Promise<Socket>((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  }).finally(release);
}
