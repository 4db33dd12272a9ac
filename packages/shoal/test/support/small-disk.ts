import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConsulClient } from '@shoal/api';
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

/**
 * Uses up what a store on a full disk still has in its file, with values that become smaller and smaller. Answers with the keys that were taken; the
 * refusals must match.
 */
export async function useUpRoom(consul: ConsulClient, prefix: string, refusal: RegExp): Promise<string[]> {
  const taken: string[] = [];
  for (const bytes of [400_000, 100_000, 20_000, 4_000, 1]) {
    for (;;) {
      const key = `${prefix}/${String(taken.length).padStart(4, '0')}`;
      const refused = await consul.kv.put(key, Buffer.alloc(bytes)).then(
        () => undefined,
        (error: Error) => error,
      );
      if (refused && !refusal.test(refused.message)) throw refused;
      if (refused) break;
      taken.push(key);
    }
  }
  return taken;
}
