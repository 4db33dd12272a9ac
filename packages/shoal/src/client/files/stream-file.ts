import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Changes, watchFolder } from './changes.ts';
import { type FileChunk, readChunk } from './chunk.ts';
import { findInside, type OpenFile, openInside } from './inside.ts';

export type Origin = 'start' | 'end';

export type StreamRequest = {
  root: string;
  path: string;
  origin: Origin;
  /** Bytes from the origin: forward from the start, back from the end. */
  offset: number;
  /** Goes on with what is appended, until the file is deleted or the signal aborts. */
  follow: boolean;
  signal: AbortSignal;
};

/** Reads a file as it grows, one piece at a time: the next one is read when the reader asks for it. Throws `FileError` before the first. */
export async function streamFile(request: StreamRequest): Promise<AsyncGenerator<FileChunk>> {
  const { real } = await findInside(request.root, request.path);
  return pieces(request, real, await openInside(request.root, request.path));
}

async function* pieces(request: StreamRequest, real: string, { file, size }: OpenFile): AsyncGenerator<FileChunk> {
  const { path, signal } = request;
  const name = path.replace(/^\/+/, '');
  const changes = request.follow ? watchFolder(dirname(real)) : undefined;
  let offset = startOffset(request, size);
  try {
    while (!signal.aborted) {
      const data = await readChunk(file, offset);
      offset += data.length;
      if (data.length > 0) yield { file: name, offset, data };
      else if (changes === undefined) return;
      else {
        const event = await nextEvent(changes, { real, offset, signal });
        if (event === undefined) continue;
        if (event === 'file truncated') offset = 0;
        yield { file: name, offset, data: Buffer.alloc(0), event };
        if (event === 'file deleted') return;
      }
    }
  } finally {
    changes?.close();
    await file.close();
  }
}

function startOffset({ origin, offset }: StreamRequest, size: number): number {
  return origin === 'start' ? offset : Math.max(0, size - offset);
}

type Watched = { real: string; offset: number; signal: AbortSignal };

async function nextEvent(changes: Changes, { real, offset, signal }: Watched): Promise<FileChunk['event']> {
  await changes.next(signal);
  const now = await stat(real).catch(() => undefined);
  if (now === undefined) return 'file deleted';
  return now.size < offset ? 'file truncated' : undefined;
}
