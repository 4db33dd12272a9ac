import type { Origin } from '../files/stream-file.ts';

export type LogFile = { index: number; size: number };

/**
 * Where in a row of rotated files (ascending) a reader begins: an offset counts through all of them, forward from the start of the oldest or back
 * from the end of the newest. Beyond either end it is that end. Undefined if there is no file.
 */
export function locate(
  files: LogFile[],
  origin: Origin,
  offset: number,
): { index: number; offset: number } | undefined {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  let left = Math.min(total, Math.max(0, origin === 'start' ? offset : total - offset));
  for (const [at, file] of files.entries()) {
    const isLast = at === files.length - 1;
    if (left < file.size || isLast) return { index: file.index, offset: left };
    left -= file.size;
  }
  return undefined;
}
