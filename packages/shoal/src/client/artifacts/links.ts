import { lstat, readdir, readlink } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { ArtifactError } from '../errors.ts';
import { isInside } from './inside.ts';

/** Whether a symbolic link at `path` points out of the folder. */
export function pointsOut(link: string, path: string, folder: string): boolean {
  return link.startsWith('/') || !isInside(folder, resolve(dirname(path), link));
}

export function leadsOut(path: string): ArtifactError {
  return new ArtifactError(`its entry "${path}" leads out of the destination`, { recoverable: false });
}

/** Throws `ArtifactError` if a link in the folder points out of it. */
export async function refuseLinksOut(folder: string): Promise<void> {
  for await (const { path, isLink } of everything(folder)) {
    if (isLink && pointsOut(await readlink(path), path, folder)) throw leadsOut(relative(folder, path));
  }
}

/** Bytes of all files in the folder. */
export async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { path } of everything(folder)) bytes += (await lstat(path)).size;
  return bytes;
}

async function* everything(folder: string): AsyncGenerator<{ path: string; isLink: boolean }> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* everything(path);
    else yield { path, isLink: entry.isSymbolicLink() };
  }
}
