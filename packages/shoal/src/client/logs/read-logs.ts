import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Changes, watchFolder } from '../files/changes.ts';
import { type FileChunk, readChunk } from '../files/chunk.ts';
import { FileError } from '../files/errors.ts';
import { findInside, openInside } from '../files/inside.ts';
import type { Origin } from '../files/stream-file.ts';
import { indexes } from '../supervisor/rotation.ts';
import { type LogFile, locate } from './locate.ts';

export type LogRequest = {
  /** The allocation's folder. */
  root: string;
  task: string;
  type: 'stdout' | 'stderr';
  origin: Origin;
  /** Bytes from the origin, counted through all files that are left. */
  offset: number;
  /** Goes on with what is written, over rotations and restarts of the task, until the signal aborts. */
  follow: boolean;
  signal: AbortSignal;
};

export const LOG_FOLDER = 'alloc/logs';

/**
 * Reads a task's output, one piece at a time: a reader that stalls holds one piece and one file. Throws `FileError` before the first piece, and
 * when a file cannot be read.
 */
export async function readLogs(request: LogRequest): Promise<AsyncGenerator<FileChunk>> {
  const { real: dir } = await findInside(request.root, LOG_FOLDER);
  const stem = `${request.task}.${request.type}`;
  if (request.follow) return pieces(request, dir, stem);
  const newest = indexes(await readdir(dir), stem).at(-1);
  if (newest === undefined)
    throw new FileError('not_found', `task "${request.task}" not started yet. No logs available`);
  return pieces(request, dir, stem, newest);
}

/** Who does not follow gets what is there now, up to the newest file, however fast the task writes. */
async function* pieces(request: LogRequest, dir: string, stem: string, newest?: number): AsyncGenerator<FileChunk> {
  const changes = request.follow ? watchFolder(dir) : undefined;
  const row: Row = { dir, stem, changes };
  try {
    let place = await startPlace(request, row);
    while (place !== undefined && !request.signal.aborted) {
      yield* readOne(request, row, place);
      const next = await nextIndex(dir, stem, place.index);
      place = next === undefined || next > (newest ?? next) ? undefined : { index: next, offset: 0 };
    }
  } finally {
    changes?.close();
  }
}

type Row = { dir: string; stem: string; changes: Changes | undefined };
type Place = { index: number; offset: number };

async function startPlace(
  { origin, offset, signal }: LogRequest,
  { dir, stem, changes }: Row,
): Promise<Place | undefined> {
  for (;;) {
    const place = locate(await logFiles(dir, stem), origin, offset);
    if (place !== undefined || changes === undefined || signal.aborted) return place;
    await changes.next(signal);
  }
}

/** To the end of one file; if followed, until there is a newer one. */
async function* readOne(request: LogRequest, { dir, stem, changes }: Row, place: Place): AsyncGenerator<FileChunk> {
  const name = `${LOG_FOLDER}/${stem}.${place.index}`;
  const opened = await openInside(request.root, name).catch(unlessGone);
  if (opened === undefined) return;
  const upTo = changes === undefined ? opened.size : Number.POSITIVE_INFINITY;
  let { offset } = place;
  try {
    while (!request.signal.aborted) {
      // Looked for before the last read: a file gets nothing more once there is a newer one.
      const isOver = (await nextIndex(dir, stem, place.index)) !== undefined;
      while (offset < upTo && !request.signal.aborted) {
        const data = await readChunk(opened.file, offset, upTo - offset);
        if (data.length === 0) break;
        offset += data.length;
        yield { file: name, offset, data };
      }
      if (isOver || changes === undefined) return;
      await changes.next(request.signal);
    }
  } finally {
    await opened.file.close();
  }
}

/** A reader that is slower than the rotation finds its next file gone, and goes on with the oldest that is left. */
function unlessGone(error: unknown): undefined {
  if (error instanceof FileError && error.code === 'not_found') return undefined;
  throw error;
}

async function nextIndex(dir: string, stem: string, after: number): Promise<number | undefined> {
  return indexes(await readdir(dir), stem).find((index) => index > after);
}

async function logFiles(dir: string, stem: string): Promise<LogFile[]> {
  const files = indexes(await readdir(dir), stem).map(async (index) => ({
    index,
    size: (await stat(join(dir, `${stem}.${index}`)).catch(() => undefined))?.size ?? 0,
  }));
  return Promise.all(files);
}
