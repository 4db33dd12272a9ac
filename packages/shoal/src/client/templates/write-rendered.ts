import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytesOf, textOf } from '@shoal/gotemplate';

export type RenderedFile = {
  path: string;
  text: string;
  /** Permission bits. */
  mode: number;
  /** -1 leaves it as it is. */
  uid: number;
  gid: number;
};

/** Puts a rendered text in its place at once, so that nobody reads half of it. False if the file held just that already. */
export async function writeRendered({ path, text, mode, uid, gid }: RenderedFile): Promise<boolean> {
  if ((await contentOf(path)) === text) {
    await chmod(path, mode);
    return false;
  }
  await mkdir(dirname(path), { recursive: true });
  const temporary = join(dirname(path), `.template-${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, bytesOf(text), { mode: 0o600 });
    if (uid >= 0 || gid >= 0) await chown(temporary, uid, gid);
    // The umask takes bits away from what a file is made with.
    await chmod(temporary, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return true;
}

/** What lies there, if it is a file: a link is replaced, and never followed. */
async function contentOf(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ? textOf(await readFile(path)) : undefined;
}
