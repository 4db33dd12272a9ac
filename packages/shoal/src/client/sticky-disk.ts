import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Allocation, TaskGroup } from '@shoal/api';

/**
 * `ephemeral_disk { sticky = true }`: an allocation takes over the data of the one that it replaces on this node, `alloc/data` and each task's `local`
 * (https://developer.hashicorp.com/nomad/docs/job-specification/ephemeral_disk).
 */
export type StickyDisks = {
  /** Resolves when what there is is in its place. It is moved once, whichever task asks first; the allocation before has ended by then. */
  takeOver(allocation: Allocation, group: TaskGroup, allocDir: string): Promise<void>;
};

export function createStickyDisks(): StickyDisks {
  const moves = new Map<string, Promise<void>>();
  return {
    takeOver(allocation, group, allocDir) {
      const { ID, PreviousAllocation: previous = '' } = allocation;
      if (!group.EphemeralDisk.Sticky || !/^[0-9a-f-]{36}$/.test(previous)) return Promise.resolve();
      const known = moves.get(ID);
      if (known !== undefined) return known;
      const folders = [join('alloc', 'data'), ...(group.Tasks ?? []).map(({ Name }) => join(Name, 'local'))];
      const move = moveFolders(join(dirname(allocDir), previous), allocDir, folders).finally(() => moves.delete(ID));
      moves.set(ID, move);
      return move;
    },
  };
}

/** A folder that is gone was moved by an earlier attempt, or never was. */
async function moveFolders(from: string, to: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const [source, target] = [join(from, folder), join(to, folder)];
    const found = await stat(source).catch(() => undefined);
    if (!found?.isDirectory()) continue;
    await mkdir(dirname(target), { recursive: true });
    await rename(source, target);
  }
}
