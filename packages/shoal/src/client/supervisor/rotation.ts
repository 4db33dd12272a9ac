import { closeSync, constants, fstatSync, openSync, readdirSync, rmSync, write, writeSync } from 'node:fs';
import { join } from 'node:path';

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

const LINE_END = 10;

export type RotationLimits = { maxFiles: number; maxFileSizeBytes: number };

/** Appends to `<stem>.<n>`; a full file is followed by the next number, and only the newest `maxFiles` are kept. */
export type RotatedFile = {
  writeSync(chunk: Buffer): void;
  /** Through the thread pool; the chunk must stay as it is until then. */
  write(chunk: Buffer): Promise<void>;
  close(): void;
};

/** Continues the newest file there is. Throws the system's error if none can be opened. */
export function openRotated(dir: string, stem: string, limits: RotationLimits): RotatedFile {
  let index = indexes(readdirSync(dir), stem).at(-1) ?? 0;
  let { fd, size } = openForAppend(dir, stem, index);
  let atLineStart = false;

  /** The file for the next bytes, and how many of them it takes. */
  const next = (chunk: Buffer): number => {
    if (fd === -1) ({ fd, size } = openForAppend(dir, stem, index));
    let length = cut(chunk, limits.maxFileSizeBytes - size, atLineStart);
    if (length === 0) {
      rotate();
      length = cut(chunk, limits.maxFileSizeBytes, false);
    }
    return length;
  };
  const wrote = (chunk: Buffer, length: number): Buffer => {
    size += length;
    atLineStart = chunk[length - 1] === LINE_END;
    return chunk.subarray(length);
  };
  const rotate = (): void => {
    closeSync(fd);
    fd = -1;
    index += 1;
    ({ fd, size } = openForAppend(dir, stem, index));
    for (const old of indexes(readdirSync(dir), stem)) {
      if (old <= index - limits.maxFiles) rmSync(join(dir, `${stem}.${old}`), { force: true, recursive: true });
    }
  };
  return {
    writeSync(chunk) {
      for (let rest = chunk; rest.length > 0; ) {
        const length = next(rest);
        rest = wrote(rest, writeSync(fd, rest, 0, length));
      }
    },
    async write(chunk) {
      for (let rest = chunk; rest.length > 0; ) {
        const length = next(rest);
        rest = wrote(rest, await writeAsync(fd, rest, length));
      }
    },
    close() {
      if (fd !== -1) closeSync(fd);
      fd = -1;
    },
  };
}

/**
 * How much of a chunk goes into the room that is left in a file: up to a line's end where one is in reach. If none is, a file that ends with a whole
 * line gets nothing more, and a broken one is filled.
 */
export function cut(chunk: Buffer, room: number, atLineStart: boolean): number {
  if (chunk.length <= room) return chunk.length;
  if (room <= 0) return 0;
  const lineEnd = chunk.lastIndexOf(LINE_END, room - 1) + 1;
  return lineEnd > 0 || atLineStart ? lineEnd : room;
}

/** The numbers of `<stem>.<n>` among names, ascending. */
export function indexes(names: string[], stem: string): number[] {
  const found: number[] = [];
  for (const name of names) {
    if (!name.startsWith(`${stem}.`)) continue;
    const tail = name.slice(stem.length + 1);
    if (/^\d{1,9}$/.test(tail)) found.push(Number(tail));
  }
  return found.sort((a, b) => a - b);
}

/** The folder is the task's to write in: a link or a pipe that it puts in the file's place is not followed. */
function openForAppend(dir: string, stem: string, index: number): { fd: number; size: number } {
  const path = join(dir, `${stem}.${index}`);
  const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o644);
  const stat = fstatSync(fd);
  if (stat.isFile()) return { fd, size: stat.size };
  closeSync(fd);
  throw new TypeError(`${path} is not a regular file`);
}

function writeAsync(fd: number, chunk: Buffer, length: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, chunk, 0, length, null, (error, written) => (error ? reject(error) : resolve(written)));
  });
}
