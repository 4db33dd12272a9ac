import { lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../drivers/users.ts';

/** Gives a file, or a folder with all that is in it, to somebody. Links themselves are given, never what they lead to. */
export async function handOver(path: string, owner: Owner | undefined): Promise<void> {
  if (owner === undefined) return;
  await lchown(path, owner.uid, owner.gid);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTDIR') return [];
      throw error;
    },
  );
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), owner.uid, owner.gid);
}
