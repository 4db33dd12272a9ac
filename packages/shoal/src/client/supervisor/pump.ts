import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { codeOf, messageOf } from './errors.ts';
import type { RotatedFile } from './rotation.ts';

/** Carries what a task writes from its pipe to its log files. */
export type Pump = {
  /** When nobody writes any more: takes what is still in the pipe, and closes everything. */
  drain(): Promise<void>;
};

const CHUNK = 64 * 1024;
/** Small chunks go to the page cache at once: a supervisor that is killed between read and write loses what it holds, so the time between is kept short. */
const WRITE_AT_ONCE = 8 * 1024;
/** No pipe holds more: who writes on after the end of its task is not listened to for ever. */
const DRAIN_AT_MOST = 1024 * 1024;

/** All pumps read into it: a chunk is written or copied before the next read. */
const arrival = Buffer.allocUnsafeSlow(CHUNK);
const spare: Buffer[] = [];
const SPARE_BUFFERS = 4;

/**
 * The pipe is read as a socket, by the event loop: a blocking read would hold a thread of the pool for each task. While a large chunk is on its
 * way to the disk nothing more is read, so the pipe fills and the task waits: that is the back-pressure, and the bound on memory.
 */
export function startPump(fd: number, file: RotatedFile, log: (message: string) => void): Pump {
  let writing: Promise<void> | undefined;
  let failing = false;
  let dropped = 0;

  /** A full disk costs output, never the task or the supervisor. It is said once, and once more when it is over. */
  const failed = (length: number, error: unknown): void => {
    dropped += length;
    if (failing) return;
    failing = true;
    log(`cannot write output (${codeOf(error) ?? messageOf(error)}); it is dropped until there is room`);
  };
  const succeeded = (): void => {
    if (!failing) return;
    log(`output is written again; ${dropped} bytes were dropped`);
    failing = false;
    dropped = 0;
  };
  const writeNow = (chunk: Buffer): void => {
    try {
      file.writeSync(chunk);
      succeeded();
    } catch (error) {
      failed(chunk.length, error);
    }
  };
  const writeLater = async (chunk: Buffer): Promise<void> => {
    const buffer = spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK);
    chunk.copy(buffer);
    try {
      await file.write(buffer.subarray(0, chunk.length));
      succeeded();
    } catch (error) {
      failed(chunk.length, error);
    }
    if (spare.length < SPARE_BUFFERS) spare.push(buffer);
    writing = undefined;
  };
  const onChunk = (length: number): boolean => {
    const chunk = arrival.subarray(0, length);
    if (length <= WRITE_AT_ONCE) {
      writeNow(chunk);
      return true;
    }
    writing = writeLater(chunk).then(() => {
      if (!socket.destroyed) socket.resume();
    });
    return false;
  };
  const drainNow = (): void => {
    let left = DRAIN_AT_MOST;
    for (let length = readNow(fd); length > 0 && left > 0; length = readNow(fd)) {
      writeNow(arrival.subarray(0, length));
      left -= length;
    }
  };
  const socket = openSocket(fd, onChunk);
  socket.on('error', (error) => log(`cannot read output: ${error.message}`));
  return {
    async drain() {
      await writing;
      // After a failed read the descriptor is closed, and its number may be another pipe's.
      if (!socket.destroyed) drainNow();
      socket.destroy();
      file.close();
    },
  };
}

function openSocket(fd: number, onChunk: (length: number) => boolean): Socket {
  const options = { fd, readable: true, writable: false, onread: { buffer: arrival, callback: onChunk } };
  // `onread` is documented for connect(), and taken by the constructor too.
  return new Socket(options as ConstructorParameters<typeof Socket>[0]);
}

/** 0 when the pipe is empty. */
function readNow(fd: number): number {
  try {
    return readSync(fd, arrival);
  } catch {
    return 0;
  }
}
