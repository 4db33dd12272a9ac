import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import type { WantedSession } from '../drivers/driver.ts';
import { checkId, servedAllocation } from './allocation.ts';
import { refuseControl } from './allocation-routes.ts';
import { ServeError } from './errors.ts';
import { serveSession } from './exec-session.ts';
import { boolParam } from './params.ts';
import type { Call, Route } from './types.ts';

/** More than any frame of a user's keyboard or file; what is larger is cut by every client we know. */
const LARGEST_FRAME_BYTES = 4 * 1024 * 1024;

let made: Promise<WebSocketServer> | undefined;

/** Loaded by whoever needs it first. */
function websockets(): Promise<WebSocketServer> {
  const options = { noServer: true, maxPayload: LARGEST_FRAME_BYTES, perMessageDeflate: false };
  made ??= import('ws').then((ws) => new ws.WebSocketServer(options));
  return made;
}

/**
 * `GET /v1/client/allocation/:id/exec?task=&command=["…"]&tty=`, a WebSocket; `action=NAME` instead of a command runs an action of the task's. What comes here is a stream of the server's in both directions; the handshake is ours, so
 * that all before us only pass bytes on. A command that cannot run is refused before it.
 */
export const exec: Route = async (call, deps) => {
  const id = call.path[1] ?? '';
  checkId(id);
  if (deps.allowsExec === false)
    throw new ServeError(403, 'Commands in allocations are refused on this node (disable_remote_exec).');
  const { task, command, terminal } = execQuery(call);
  if (call.req.headers?.['sec-websocket-key'] === undefined)
    throw new ServeError(400, 'This endpoint is a WebSocket: ask with "Upgrade: websocket".');
  const { tasks } = servedAllocation(id, deps);
  if (!tasks.includes(task)) throw new ServeError(404, `unknown task name "${task}"; it has: ${tasks.join(', ')}`);
  const server = await websockets();
  const over = new AbortController();
  const signal = AbortSignal.any([call.signal, over.signal]);
  const result = await deps.session(id, task, { command, terminal, signal });
  if (result.kind === 'done') throw new ServeError(500, 'no session');
  if (result.kind !== 'open') refuseControl(task, result);
  call.res.writeHead(200, { 'Content-Type': 'application/octet-stream' });
  call.res.flushHeaders?.();
  const stream = duplexOf(call);
  stream.on('error', () => stream.destroy());
  stream.once('close', () => over.abort());
  const request = { method: 'GET', url: call.req.url, headers: { ...call.req.headers, ...UPGRADE } };
  server.handleUpgrade(request as IncomingMessage, stream, Buffer.alloc(0), (socket) => {
    serveSession(result.session, socket, () => over.abort());
  });
};

const UPGRADE = { upgrade: 'websocket', connection: 'Upgrade' };

function execQuery({ query }: Call): { task: string } & Pick<WantedSession, 'command' | 'terminal'> {
  const task = query.get('task') ?? '';
  if (task === '') throw new ServeError(400, 'must provide a task name (task=)');
  const action = query.get('action') ?? '';
  const command = action === '' ? commandIn(query.get('command') ?? '') : { action };
  return { task, command, terminal: boolParam(query, 'tty') };
}

function commandIn(text: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const words = Array.isArray(value) && value.every((word) => typeof word === 'string') ? (value as string[]) : [];
  if (!words[0]) throw new ServeError(400, 'command must be a JSON array of texts, such as ["/bin/sh"]');
  return words;
}

/** Request and answer as the one stream that they stand for. */
function duplexOf({ req, res }: Call): Duplex {
  const stream = new Duplex({
    read: () => void req.resume(),
    write(chunk: Buffer, _encoding, done) {
      if (res.write(chunk)) done();
      else resumeWhenDrained(res, done);
    },
    final(done) {
      res.end('');
      done();
    },
    destroy(error, done) {
      res.destroy();
      done(error);
    },
  });
  req.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) req.pause();
  });
  req.once('end', () => stream.push(null));
  res.on('close', () => stream.destroy());
  return stream;
}

function resumeWhenDrained(res: Call['res'], done: () => void): void {
  const drained = () => {
    res.off('drain', drained);
    res.off('close', drained);
    done();
  };
  res.on('drain', drained);
  res.on('close', drained);
}
