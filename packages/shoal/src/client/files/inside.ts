import { constants } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { FileError, fileError } from './errors.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** A place inside an allocation's folder. */
export type Inside = {
  /** As it is shown: the folder and the asked path, links not followed. */
  shown: string;
  /** Where it really is, every link followed. */
  real: string;
  realRoot: string;
};

/** Follows a path from the allocation's folder. Throws `FileError`: `escapes` if it, or a link on its way, leaves the folder; `not_found`. */
export async function findInside(root: string, path: string): Promise<Inside> {
  const shown = join(root, path.replaceAll('\0', ''));
  if (!isWithin(root, shown)) throw escapes();
  try {
    const [real, realRoot] = await Promise.all([realpath(shown), realpath(root)]);
    if (!isWithin(realRoot, real)) throw escapes();
    return { shown, real, realRoot };
  } catch (error) {
    throw fileError('stat', shown, error);
  }
}

export type OpenFile = { file: FileHandle; size: number };

/**
 * Opens a regular file for reading, for as long as the caller wants. The tasks own these folders, and may exchange a file for a link or a pipe
 * between the look and the opening: what was opened is looked at once more.
 */
export async function openInside(root: string, path: string): Promise<OpenFile> {
  const place = await findInside(root, path);
  if (isSecret(place)) throw new FileError('secret', `Reading secret file prohibited: ${path}`);
  const file = await openAt(place);
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new FileError('is_directory', `file "${path}" is a directory`);
    if (!stat.isFile()) throw new FileError('not_regular', `file "${path}" is not a regular file`);
    const opened = await readlink(`/proc/self/fd/${file.fd}`);
    const now = { ...place, real: opened };
    if (!isWithin(place.realRoot, opened) || isSecret(now)) throw escapes();
    return { file, size: stat.size };
  } catch (error) {
    await file.close();
    throw fileError('open', place.shown, error);
  }
}

async function openAt({ real, shown }: Inside): Promise<FileHandle> {
  try {
    return await open(real, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  } catch (error) {
    throw fileError('open', shown, error);
  }
}

const SECRET_FOLDERS = new Set(['secrets', 'private']);

/** In a task's secrets folder. The folder that tasks share may have any names. */
export function isSecret({ real, realRoot }: Inside): boolean {
  const [task, folder, ...rest] = relative(realRoot, real).split(sep);
  return task !== 'alloc' && folder !== undefined && SECRET_FOLDERS.has(folder) && rest.length > 0;
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`);
}

function escapes(): FileError {
  return new FileError('escapes', 'Path escapes the alloc directory');
}
