import type { FileChunk } from '../files/chunk.ts';
import { encodeFrame, HEARTBEAT_EVERY_MS, HEARTBEAT_FRAME } from '../files/frames.ts';
import type { Call, ServeResponse } from './types.ts';

export const TEXT = 'text/plain; charset=utf-8';
export const JSON_TYPE = 'application/json';
/** Files come from tasks: no browser shall take one for a page. */
const NO_SNIFFING = { 'X-Content-Type-Options': 'nosniff' };

export function sendText(res: ServeResponse, status: number, text: string, type = TEXT): void {
  res.writeHead(status, { 'Content-Type': type, ...NO_SNIFFING });
  res.end(text);
}

/** Indented if the query asks for it (`?pretty`). */
export function sendJson({ res, query }: Call, value: unknown): void {
  res.writeHead(200, { 'Content-Type': JSON_TYPE, ...NO_SNIFFING });
  const pretty = query.has('pretty') && query.get('pretty') !== 'false';
  res.end(pretty ? JSON.stringify(value, null, 4) : JSON.stringify(value));
}

export type StreamShape = { type: string; framed: boolean };

/**
 * Sends pieces as the reader takes them: the next one is not read before the last one has left, so a stalled reader costs one piece of memory.
 */
export async function sendChunks(call: Call, chunks: AsyncGenerator<FileChunk>, shape: StreamShape): Promise<void> {
  const { res, signal } = call;
  let full = false;
  const send = (piece: string | Buffer): void => {
    if (piece.length > 0) full = !res.write(piece);
  };
  res.on('drain', () => {
    full = false;
  });
  res.writeHead(200, { 'Content-Type': shape.type, ...NO_SNIFFING });
  res.flushHeaders?.();
  const beat = setInterval(() => {
    if (shape.framed && !full) send(HEARTBEAT_FRAME);
  }, HEARTBEAT_EVERY_MS);
  try {
    for await (const chunk of chunks) {
      send(shape.framed ? encodeFrame(chunk) : chunk.data);
      if (full) await drained(call);
      if (signal.aborted) return;
    }
  } finally {
    clearInterval(beat);
  }
  if (!signal.aborted) res.end('');
}

/** Sends what comes, as fast as the reader takes it, until it ends or the reader goes. */
export async function sendBytes(call: Call, bytes: AsyncIterable<string | Buffer>, type: string): Promise<void> {
  const { res, signal } = call;
  res.writeHead(200, { 'Content-Type': type, ...NO_SNIFFING });
  res.flushHeaders?.();
  for await (const piece of bytes) {
    if (!res.write(piece)) await drained(call);
    if (signal.aborted) return;
  }
  if (!signal.aborted) res.end('');
}

function drained({ res, signal }: Call): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    res.on('drain', done);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
