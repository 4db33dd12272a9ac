import { groupPids } from './cgroup.ts';
import { findMembers, type SweepTarget } from './members.ts';
import { isDead, readEnviron, readProcessTable } from './proc.ts';

export type Sweeper = {
  /** Kills all that is left of a task, and of its control group if it has one. Resolves with false if something could not be killed in time. */
  sweep(target: SweepTarget & { cgroup: string }): Promise<boolean>;
};

type Pending = { target: SweepTarget & { cgroup: string }; giveUpAt: number; resolve(clean: boolean): void };

const GIVE_UP_AFTER_MS = 10_000;
const NEXT_PASS_MS = 20;

/**
 * One pass over /proc serves all the tasks that end at the same time; passes are repeated until one finds nothing, because a process that forks
 * while it is looked for leaves a child behind.
 */
export function createSweeper(): Sweeper {
  let pending: Pending[] = [];
  let scheduled = false;

  const schedule = (delayMs: number): void => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(pass, delayMs);
  };
  const pass = (): void => {
    scheduled = false;
    pending = killOnce(pending);
    if (pending.length > 0) schedule(NEXT_PASS_MS);
  };
  return {
    sweep: (target) =>
      new Promise((resolve) => {
        pending.push({ target, giveUpAt: performance.now() + GIVE_UP_AFTER_MS, resolve });
        schedule(0);
      }),
  };
}

/** Returns the tasks of which something was still found. */
function killOnce(pending: Pending[]): Pending[] {
  const rows = readProcessTable();
  const living = new Set(rows.filter((row) => !isDead(row)).map((row) => row.pid));
  const found = findMembers({
    rows,
    targets: pending.map((entry) => entry.target),
    environOf: readEnviron,
    selfPid: process.pid,
  });
  const now = performance.now();
  return pending.filter((entry) => {
    const inGroup = entry.target.cgroup === '' ? [] : groupPids(entry.target.cgroup).filter((pid) => living.has(pid));
    const pids = [...new Set([...(found.get(entry.target.id) ?? []), ...inGroup])];
    for (const pid of pids) kill(pid);
    const over = pids.length === 0 || now > entry.giveUpAt;
    if (over) entry.resolve(pids.length === 0);
    return !over;
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone since it was seen, or not ours to kill: the next pass tells.
  }
}
