import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataDirError, DataDirInUseError } from './errors.ts';

export type DataDir = {
  readonly path: string;
  /** Gives the folder up; a temporary one is removed. */
  release(): Promise<void>;
};

/** Takes the folder for this agent alone; makes it if it is missing, or a temporary one if none is named. */
export async function takeDataDir(configured: string | undefined): Promise<DataDir> {
  const path = configured === undefined ? await mkdtemp(join(tmpdir(), 'shoal-')) : await prepare(configured);
  const lock = await takeLock(path);
  return {
    path,
    async release() {
      await new Promise((resolve) => lock.close(resolve));
      if (configured === undefined) await rm(path, { recursive: true, force: true });
    },
  };
}

async function prepare(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o711 });
    return await realpath(path);
  } catch (error) {
    throw new DataDirError(path, error);
  }
}

/** An abstract socket (unix(7)) is held by the living process alone: after kill -9 nothing is left to clean up. */
async function takeLock(path: string): Promise<Server> {
  const name = `\u0000shoal-agent-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  const lock = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    lock.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new DataDirInUseError(path) : error),
    );
    lock.listen(name, () => resolve(lock));
  });
}
