import { codeOf } from './errors.ts';
import { isDead, readProcessTable } from './proc.ts';

export type GroupWatch = {
  /** Resolves when no process of the group lives, or when the deadline (performance.now, asked anew at each look) has passed. */
  gone(pgrp: number, deadline: () => number): Promise<void>;
};

type Waiting = { pgrp: number; deadline(): number; resolve(): void };

const LOOK_EVERY_MS = 50;

/** One look at /proc serves all groups that are waited for; zombies do not count: where nobody collects them they stay for ever. */
export function createGroupWatch(): GroupWatch {
  let waiting: Waiting[] = [];
  let scheduled = false;

  const schedule = (delayMs: number): void => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(look, delayMs);
  };
  const look = (): void => {
    const living = new Set<number>();
    for (const row of readProcessTable()) if (!isDead(row)) living.add(row.pgrp);
    waiting = waiting.filter((entry) => {
      const over = !living.has(entry.pgrp) || performance.now() >= entry.deadline();
      if (over) entry.resolve();
      return !over;
    });
    scheduled = false;
    if (waiting.length > 0) schedule(LOOK_EVERY_MS);
  };
  return {
    gone(pgrp, deadline) {
      if (isEmpty(pgrp)) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push({ pgrp, deadline, resolve });
        schedule(0);
      });
    },
  };
}

/** True if there is not even a zombie in it: the usual case, for the price of one call. */
function isEmpty(pgrp: number): boolean {
  try {
    process.kill(-pgrp, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}
