import { lstat, realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ArtifactError } from '../errors.ts';

/** Whether a path is the folder or lies in it, by its letters alone. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** Where a task with a file system of its own has what is ours; its paths may be written in a job file. */
const SHARED_INSIDE = '/alloc';

/**
 * A path of the job file on this machine: as the task's driver shows the folders to the task (`/alloc`, `/local`, `/secrets`), as they are here, or
 * relative to the task's folder.
 */
export function pathHere(dirs: { taskDir: string; sharedDir: string }, path: string): string {
  const folders = [dirs.taskDir, dirs.sharedDir];
  if (isAbsolute(path) && folders.some((folder) => isInside(folder, path))) return resolve(path);
  if (isAbsolute(path) && isInside(SHARED_INSIDE, path)) return join(dirs.sharedDir, relative(SHARED_INSIDE, path));
  return resolve(dirs.taskDir, path.replace(/^\/+/, ''));
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
  const path = pathHere(dirs, destination);
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
