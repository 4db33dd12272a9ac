import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { tempDir } from './temp-dir.ts';

const run = promisify(execFile);

/** A file system of its own with so many bytes (needs root): a disk that a test can fill. */
export async function smallDisk(bytes: number): Promise<string> {
  const dir = await tempDir();
  const unmount = await mountSmallDisk(dir, bytes);
  onTestFinished(unmount);
  return dir;
}

/** The same at a path; the caller takes it away. */
export async function mountSmallDisk(dir: string, bytes: number): Promise<() => Promise<void>> {
  await mkdir(dir, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir]);
  return async () => {
    await run('umount', ['-l', dir]);
  };
}

/** Takes all room that is left. Answers with what gives it back. */
export async function fillDisk(dir: string, bytes: number): Promise<() => Promise<void>> {
  const filler = join(dir, 'filler');
  await writeFile(filler, Buffer.alloc(bytes)).then(
    () => {
      throw new Error(`${dir} has more room than ${bytes} bytes`);
    },
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOSPC') throw error;
    },
  );
  return () => rm(filler);
}
