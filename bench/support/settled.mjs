// What idle processes hold, when nothing moves any more.
import { setTimeout as delay } from 'node:timers/promises';
import { pssMB } from './memory.mjs';

const LOOK_MS = 5_000;
const SAME_MB = 1;
const QUIET_LOOKS = 3;

/** Their memory together (PSS, MB), when it has not moved by more than a megabyte for 15 s; after `longestMs` as it is. */
export async function settledMB(pids, longestMs = 75_000) {
  const giveUpAt = performance.now() + longestMs;
  let last = together(pids);
  for (let quiet = 0; quiet < QUIET_LOOKS && performance.now() < giveUpAt; ) {
    await delay(LOOK_MS);
    const now = together(pids);
    quiet = Math.abs(now - last) <= SAME_MB ? quiet + 1 : 0;
    last = now;
  }
  return last;
}

export function together(pids) {
  return pids.reduce((sum, pid) => sum + pssMB(pid), 0);
}
