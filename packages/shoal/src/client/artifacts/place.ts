import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../drivers/users.ts';
import { ArtifactError } from '../errors.ts';
import { handOver } from './owner.ts';

/** Moves what lies in one folder into another on the same disk; whatever it makes for that is the owner's. Folders are joined, files replaced; an existing link is replaced, never followed. */
export async function moveInto(from: string, to: string, owner?: Owner): Promise<void> {
  const made = await mkdir(to, { recursive: true });
  if (made !== undefined && owner !== undefined) await handOver(made, owner);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory() && (await kindOf(target)) === 'folder') await moveInto(source, target, owner);
    else await replace(source, target);
  }
}

/** Puts one file in its place. */
export async function moveFile(from: string, to: string): Promise<void> {
  if ((await kindOf(to)) === 'folder') {
    throw new ArtifactError(`the destination "${to}" is a folder; mode = "file" needs the name of a file`, {
      recoverable: false,
    });
  }
  await replace(from, to);
}

// A file can be renamed over a file or a link, a folder only over nothing.
async function replace(source: string, target: string): Promise<void> {
  if ((await kindOf(target)) !== 'nothing' && !(await lstat(source)).isFile()) await rm(target, { recursive: true });
  if ((await kindOf(target)) === 'folder') await rm(target, { recursive: true });
  await rename(source, target);
}

async function kindOf(path: string): Promise<'nothing' | 'folder' | 'other'> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 'nothing';
  return found.isDirectory() ? 'folder' : 'other';
}
