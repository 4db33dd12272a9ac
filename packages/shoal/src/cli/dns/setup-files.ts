import { mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** What was there before the first change stays beside the file. */
const backupOf = (path: string) => `${path}.before-shoal`;

/** The text of a file; empty when there is none. */
export async function present(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

/** Writes the file whole or not at all, through a link to where it leads. Throws the system's error. */
export async function writeSetup(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const before = await present(path);
  if (before !== '' && before !== content && (await present(backupOf(path))) === '')
    await writeFile(backupOf(path), before);
  await replace(path, content);
}

/** Puts back what was there, or takes away what was not. `isOwn`: the file has no other purpose than ours. Tells what it did; undefined: there was nothing to do. */
export async function undoSetup(path: string, isOwn: boolean): Promise<'restored' | 'removed' | undefined> {
  const before = await present(backupOf(path));
  if (before !== '') {
    await replace(path, before);
    await rm(backupOf(path));
    return 'restored';
  }
  if (!isOwn || (await present(path)) === '') return undefined;
  await rm(path);
  return 'removed';
}

async function replace(path: string, content: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  await writeFile(`${target}.new`, content);
  try {
    await rename(`${target}.new`, target);
  } catch (error) {
    // A file that is mounted, as /etc/resolv.conf in containers, can be written but not replaced.
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
    await writeFile(target, content);
    await rm(`${target}.new`);
  }
}
