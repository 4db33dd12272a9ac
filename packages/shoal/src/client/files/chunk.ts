import type { FileHandle } from 'node:fs/promises';

/** A piece of a file on its way to a reader, or news of the file. */
export type FileChunk = {
  /** From the allocation's folder: `alloc/logs/t.stdout.0`. */
  file: string;
  /** Where in the file the next piece begins. */
  offset: number;
  data: Buffer;
  event?: FileEvent;
};

export type FileEvent = 'file deleted' | 'file truncated';

export const CHUNK_BYTES = 64 * 1024;

/** The next piece from `offset` on, at most `limit` long; empty at the file's present end. */
export async function readChunk(file: FileHandle, offset: number, limit = CHUNK_BYTES): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(limit, CHUNK_BYTES));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, offset);
  return buffer.subarray(0, bytesRead);
}
