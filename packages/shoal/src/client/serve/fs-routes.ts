import { type FileChunk, readChunk } from '../files/chunk.ts';
import { isBinary, SNIFF_BYTES } from '../files/content-type.ts';
import { FileError } from '../files/errors.ts';
import { openInside } from '../files/inside.ts';
import { listFiles, statFile } from '../files/list.ts';
import { streamFile } from '../files/stream-file.ts';
import { servedAllocation } from './allocation.ts';
import { ServeError } from './errors.ts';
import { boolParam, fileParam, intParam, offsetParam, originParam } from './params.ts';
import { sendChunks, sendJson, sendText, TEXT } from './reply.ts';
import type { Call, ClientDeps, Route } from './types.ts';

/** `/v1/client/fs/ls/:alloc?path=` */
export const list: Route = async (call, deps) => {
  const { allocDir } = servedAllocation(call.path[2], deps);
  sendJson(call, await listFiles(allocDir, call.query.get('path') || '/'));
};

/** `/v1/client/fs/stat/:alloc?path=` */
export const stat: Route = async (call, deps) => {
  const path = fileParam(call.query);
  const { allocDir } = servedAllocation(call.path[2], deps);
  sendJson(call, await statFile(allocDir, path));
};

/** `/v1/client/fs/cat/:alloc?path=` */
export const cat: Route = (call, deps) => sendRange(call, deps, () => ({ offset: 0, limit: Number.POSITIVE_INFINITY }));

/** `/v1/client/fs/readat/:alloc?path=&offset=&limit=` */
export const readAt: Route = (call, deps) => sendRange(call, deps, () => rangeParams(call.query));

/** `/v1/client/fs/stream/:alloc?path=&offset=&origin=&follow=`: frames, followed unless the query says otherwise. */
export const stream: Route = async (call, deps) => {
  const path = fileParam(call.query);
  const [origin, offset, follow] = [
    originParam(call.query),
    offsetParam(call.query),
    boolParam(call.query, 'follow', true),
  ];
  const { allocDir } = servedAllocation(call.path[2], deps);
  const chunks = await streamFile({ root: allocDir, path, origin, offset, follow, signal: call.signal });
  await sendChunks(call, chunks, { type: TEXT, framed: true });
};

type Range = { offset: number; limit: number };

function rangeParams(query: URLSearchParams): Range {
  const offset = intParam(query, 'offset');
  const limit = query.get('limit') ? intParam(query, 'limit') : 0;
  return { offset: Math.max(0, offset), limit: limit > 0 ? limit : Number.POSITIVE_INFINITY };
}

/** What is wrong with the file or the range is the body of a 200: these two endpoints have always answered so. */
async function sendRange(call: Call, deps: ClientDeps, range: () => Range): Promise<void> {
  const path = fileParam(call.query);
  const { allocDir } = servedAllocation(call.path[2], deps);
  try {
    await sendFile(call, allocDir, { path, ...range() });
  } catch (error) {
    const expected = error instanceof FileError || error instanceof ServeError;
    if (!expected || call.res.headersSent) throw error;
    sendText(call.res, 200, error.message);
  }
}

async function sendFile(call: Call, root: string, { path, offset, limit }: Range & { path: string }): Promise<void> {
  const { file } = await openInside(root, path);
  try {
    const first = await readChunk(file, offset, limit);
    const type = isBinary(first.subarray(0, SNIFF_BYTES)) ? 'application/octet-stream' : TEXT;
    await sendChunks(call, piecesFrom(first), { type, framed: false });
  } finally {
    await file.close();
  }

  async function* piecesFrom(first: Buffer): AsyncGenerator<FileChunk> {
    let sent = 0;
    for (let data = first; data.length > 0; data = await readChunk(file, offset + sent, limit - sent)) {
      sent += data.length;
      yield { file: path, offset: offset + sent, data };
      if (sent >= limit) return;
    }
  }
}
