import type { Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Session } from '../drivers/driver.ts';
import { type OutputFrame, readInput } from './exec-frames.ts';

/** A user who has gone without a word is noticed after two of these. */
const ALIVE_EVERY_MS = 15_000;
/** A user whose terminal takes no more holds up the command, and nothing else. */
const MOST_UNSENT_BYTES = 256 * 1024;
const UNSUPPORTED = 1003;

/** Carries a command's streams over a WebSocket until the command ends or the user goes; `end` ends what is left of it. */
export function serveSession(session: Session, socket: WebSocket, end: () => void): void {
  const alive = watch(socket);
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    clearInterval(alive);
    end();
  });
  takeInput(session, socket);
  void sendOutput(session, socket).catch(() => socket.terminate());
}

function watch(socket: WebSocket): NodeJS.Timeout {
  let answered = true;
  socket.on('pong', () => {
    answered = true;
  });
  return setInterval(() => {
    if (!answered) return void socket.terminate();
    answered = false;
    socket.ping();
  }, ALIVE_EVERY_MS);
}

function takeInput({ stdin, resize }: Session, socket: WebSocket): void {
  // It may end without having read all.
  stdin.on('error', () => undefined);
  stdin.on('drain', () => socket.resume());
  socket.on('message', (message) => {
    const input = readInput(String(message));
    if (input === undefined) return void socket.close(UNSUPPORTED, 'not a frame of JSON');
    if (input.size) resize(input.size.columns, input.size.rows);
    if (stdin.writableEnded || stdin.destroyed) return;
    if (input.data && !stdin.write(input.data)) socket.pause();
    if (input.ends) stdin.end();
  });
}

async function sendOutput({ stdout, stderr, exit }: Session, socket: WebSocket): Promise<void> {
  const send = (frame: OutputFrame) =>
    new Promise<void>((resolve) => socket.send(JSON.stringify(frame), () => resolve()));
  const pour = async (stream: Readable, name: 'stdout' | 'stderr') => {
    for await (const chunk of readable(stream)) {
      const sent = send({ [name]: { data: chunk.toString('base64') } } as OutputFrame);
      if (socket.bufferedAmount > MOST_UNSENT_BYTES) await sent;
    }
    await send({ [name]: { close: true } } as OutputFrame);
  };
  const streams = [pour(stdout, 'stdout'), ...(stderr === undefined ? [] : [pour(stderr, 'stderr')])];
  const [code] = await Promise.all([exit, ...streams]);
  await send({ exited: true, result: { exit_code: code } });
  socket.close(1000);
}

/** To its end, or until it is closed: by the end of a terminal, or since nobody writes to it any more. */
async function* readable(stream: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch {
    // Closed before its end.
  }
}
