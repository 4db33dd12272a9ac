import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { tempDir } from './temp-dir.ts';

const run = promisify(execFile);

/** A file system of its own with so many bytes (needs root): a disk that a test can fill. */
export async function smallDisk(bytes: number): Promise<string> {
  const dir = await tempDir();
  await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', dir]);
  onTestFinished(async () => {
    await run('umount', ['-l', dir]);
  });
  return dir;
}
