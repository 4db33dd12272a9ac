import { closeSync, openSync, readSync } from 'node:fs';

const USUAL = 4096;
let known: number | undefined;

/** Bytes per page of memory: 4 KiB on most machines, 16 KiB on some ARM boards. The kernel tells it in the first entry of smaps. */
export function pageSize(): number {
  known ??= readPageSize();
  return known;
}

function readPageSize(): number {
  try {
    const fd = openSync('/proc/self/smaps', 'r');
    const start = Buffer.alloc(4096);
    const length = readSync(fd, start);
    closeSync(fd);
    const match = /^KernelPageSize:\s+(\d+) kB$/m.exec(start.toString('latin1', 0, length));
    return match === null ? USUAL : Number(match[1]) * 1024;
  } catch {
    // Kernels may be built without smaps.
    return USUAL;
  }
}
