import { lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { ArtifactError } from '../errors.ts';

/** Whether a path is the folder or lies in it, by its letters alone. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/**
 * The destination, in the task's folder or in the allocation's shared one. `NOMAD_*_DIR` variables are absolute, so an absolute path within these is
 * good too; any other is taken as relative to the task's folder. Throws if it leaves them, also through a link that lies there already.
 */
export async function destinationInside(
  dirs: { taskDir: string; sharedDir: string },
  destination: string,
): Promise<string> {
  const folders = [dirs.taskDir, dirs.sharedDir];
  const absolute = folders.some((folder) => isInside(folder, destination) && isAbsolute(destination));
  const path = absolute ? resolve(destination) : resolve(dirs.taskDir, destination.replace(/^\/+/, ''));
  const real = await realAncestor(path);
  for (const folder of folders) {
    if (isInside(folder, path) && isInside(await realAncestor(folder), real)) return path;
  }
  throw new ArtifactError(`the destination "${destination}" leads out of the task's directory`, { recoverable: false });
}

// A folder that is yet to be made lies where its nearest existing parent really is.
async function realAncestor(path: string): Promise<string> {
  const there = await lstat(path).then(
    () => true,
    () => false,
  );
  return there ? realpath(path) : realAncestor(dirname(path));
}
