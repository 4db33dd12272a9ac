import { readEnviron, readProcessTable } from '../supervisor/proc.ts';

/** By this variable in their environment all that a command started is found again, wherever it runs. */
export const MARK = 'SHOAL_EXEC_ID';

const MOST_PASSES = 20;

/** Kills what carries the mark. A container's processes are this machine's, so whoever may signal them does. */
export function killMarked(mark: string): void {
  // One that was born while the others were looked for is found the next time.
  for (let passes = 0; passes < MOST_PASSES && killPass(mark) > 0; passes += 1);
}

/** How many were ended. */
function killPass(mark: string): number {
  let ended = 0;
  for (const { pid } of readProcessTable()) {
    if (!`\0${readEnviron(pid)}`.includes(`\0${MARK}=${mark}\0`)) continue;
    try {
      process.kill(pid, 'SIGKILL');
      ended += 1;
    } catch {
      // It has ended in this very moment, or it is another user's.
    }
  }
  return ended;
}
