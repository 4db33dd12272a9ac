import { closeSync, existsSync, fstatSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * Keeps room on the disk for what an lmdb file is about to write. lmdb does not survive a disk that is full: when it cannot write a page it reports
 * that in a buffer which is too small, and when it cannot touch a page of its lock file the system ends the process (SIGBUS). So the room is taken
 * before, by zeros behind the pages in use, and a write that finds none is refused with ENOSPC before lmdb hears of it.
 */
export type Room = {
  /** Runs a write that needs at most so much. Rejects with the file system's own error, and does not run it, when there is no room. */
  during<T>(need: Need, write: () => Promise<T>): Promise<T>;
};

export type Need = {
  /** Of keys and values to be put, in bytes. */
  bytes: number;
  /** Rows to be put or removed that lie anywhere in the file: not behind all that is there. */
  scattered: number;
};

/** What lmdb tells of its file. */
export type FileStats = {
  pageSize: number;
  lastPageNumber: number;
  treeDepth: number;
  treeBranchPageCount: number;
  treeLeafPageCount: number;
};

/** For what lmdb notes about itself: its list of free pages, and the roots. */
const OWN_PAGES = 64;
/** Is kept beyond what is needed, so that small writes (those that make room among them) still pass when the disk is full. */
const SPARE_BYTES = 512 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** Of the file at `path`, which is open in lmdb. */
export function lmdbRoom(path: string, stats: () => FileStats): Room {
  let size = statSync(path).size;
  /** To writes that are under way: their pages may count as used already, or not yet. */
  let promised = 0;
  let growing: Promise<void> | undefined;

  const inUse = ({ pageSize, lastPageNumber }: FileStats) => (lastPageNumber + 1) * pageSize + promised;

  async function take(need: Need): Promise<number> {
    // Who comes while another waits for the disk waits as well, so that writes stay in order.
    while (growing !== undefined) await growing.catch(() => undefined);
    const now = stats();
    const bytes = pagesFor(need, now) * now.pageSize;
    const end = inUse(now) + bytes;
    if (size < end + SPARE_BYTES) {
      growing = grow(end).finally(() => {
        growing = undefined;
      });
      await growing;
    }
    promised += bytes;
    return bytes;
  }

  /** Without room for the whole it takes what there is; that must reach to `end`. */
  async function grow(end: number): Promise<void> {
    const file = await open(path, 'r+');
    try {
      // lmdb may have written behind what was taken.
      size = (await file.stat()).size;
      const wanted = end + SPARE_BYTES + CHUNK_BYTES;
      const zeros = Buffer.alloc(CHUNK_BYTES);
      while (size < wanted)
        size += (await file.write(zeros, 0, Math.min(CHUNK_BYTES, wanted - size), size)).bytesWritten;
    } catch (error) {
      if (size < end) throw error;
    } finally {
      await file.close();
    }
  }

  return {
    async during(need, write) {
      const bytes = await take(need);
      try {
        return await write();
      } finally {
        promised -= bytes;
      }
    },
  };
}

/**
 * No more than so many new pages. lmdb writes each page that it changes anew (copy on write): those on the way to each row, those that the rows fill,
 * which may be half empty after a split, and those that list what became free.
 */
function pagesFor(
  { bytes, scattered }: Need,
  { pageSize, treeDepth, treeBranchPageCount, treeLeafPageCount }: FileStats,
): number {
  const leaves = Math.min(scattered, treeLeafPageCount);
  const branches = Math.min(scattered * treeDepth, treeBranchPageCount);
  return OWN_PAGES + treeDepth + 2 * Math.ceil(bytes / pageSize) + Math.ceil((leaves + branches) * 1.1);
}

/**
 * Before lmdb opens a file, which it does not survive either when there is no room: takes that of the lock file, and sees that a new file can be begun.
 * Throws ENOSPC.
 */
export function makeRoomToOpen(files: { data: string; lock: string }): void {
  fill(files.lock, LOCK_BYTES);
  if (existsSync(files.data)) return;
  const trial = `${files.data}.room`;
  try {
    fill(trial, FIRST_BYTES);
  } finally {
    rmSync(trial, { force: true });
  }
}

/** 126 readers of 64 bytes, and what comes before them; in whole pages. */
const LOCK_BYTES = 16 * 1024;
/** A new file has two pages; this leaves some to spare. */
const FIRST_BYTES = 32 * 1024;

/** With zeros, up to this size. */
function fill(path: string, size: number): void {
  const file = openSync(path, 'a', 0o600);
  try {
    for (let missing = size - fstatSync(file).size; missing > 0; ) missing -= writeSync(file, Buffer.alloc(missing));
  } finally {
    closeSync(file);
  }
}
