import { findMembers, type SweepTarget } from '../supervisor/members.ts';
import { type ProcRow, readEnviron, readProcessTable } from '../supervisor/proc.ts';

/** The processes of tasks, for statistics. */
export type ProcessTable = {
  /** Living processes of a task: those in its session, those that carry its mark, and their children. */
  of(target: SweepTarget): ProcRow[];
};

const FRESH_MS = 1000;

/** One look at /proc serves all that is asked within a second: 200 tasks cost no more than one. */
export function createProcessTable(now: () => number = performance.now.bind(performance)): ProcessTable {
  let rows: ProcRow[] = [];
  let environs = new Map<number, string>();
  let takenAt = Number.NEGATIVE_INFINITY;

  const refresh = (): void => {
    if (now() - takenAt < FRESH_MS) return;
    rows = readProcessTable();
    environs = new Map();
    takenAt = now();
  };
  const environOf = (pid: number): string => {
    const known = environs.get(pid);
    if (known !== undefined) return known;
    const read = readEnviron(pid);
    environs.set(pid, read);
    return read;
  };
  return {
    of(target) {
      refresh();
      const members = new Set(findMembers({ rows, targets: [target], environOf, selfPid: process.pid }).get(target.id));
      return rows.filter((row) => members.has(row.pid));
    },
  };
}
