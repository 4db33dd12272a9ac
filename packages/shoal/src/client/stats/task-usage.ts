import type { TaskUsage } from '../drivers/driver.ts';
import { type ProcRow, TICKS_PER_SECOND } from '../supervisor/proc.ts';

/** What was used up to one moment. */
export type UsageSample = {
  /** Milliseconds since boot. */
  at: number;
  userTicks: number;
  systemTicks: number;
  /** user + system of each process. */
  ticksOf: Map<number, number>;
};

export type UsageInput = {
  rows: ProcRow[];
  /** The reading before this one; undefined at first: then the use since the task's start is taken. */
  before: UsageSample | undefined;
  /** Milliseconds since boot. */
  at: number;
  startTicks: number;
  /** Unix milliseconds. */
  wallTime: number;
  coreMHz: number;
  pageBytes: number;
};

/** Sums the processes of one task. A process that ended between two readings takes its last use with it, so sums may go back: they count as none. */
export function taskUsage(input: UsageInput): { usage: TaskUsage; sample: UsageSample } {
  const { rows, pageBytes } = input;
  const sample: UsageSample = {
    at: input.at,
    userTicks: sum(rows, (row) => row.userTicks),
    systemTicks: sum(rows, (row) => row.systemTicks),
    ticksOf: new Map(rows.map((row) => [row.pid, row.userTicks + row.systemTicks])),
  };
  const started = (input.startTicks / TICKS_PER_SECOND) * 1000;
  const before = input.before ?? { at: started, userTicks: 0, systemTicks: 0, ticksOf: new Map<number, number>() };
  const seconds = (input.at - before.at) / 1000;
  const percent = (ticks: number): number =>
    seconds <= 0 ? 0 : Math.max(0, (ticks / TICKS_PER_SECOND / seconds) * 100);
  const userPercent = percent(sample.userTicks - before.userTicks);
  const systemPercent = percent(sample.systemTicks - before.systemTicks);
  const cpuPercent = userPercent + systemPercent;
  const pids: TaskUsage['pids'] = {};
  for (const row of rows) {
    const used = (sample.ticksOf.get(row.pid) ?? 0) - (before.ticksOf.get(row.pid) ?? 0);
    pids[row.pid] = { cpuPercent: percent(used), rssBytes: row.rssPages * pageBytes };
  }
  const rssBytes = sum(rows, (row) => row.rssPages) * pageBytes;
  const cpuTotalTicksMHz = (cpuPercent / 100) * input.coreMHz;
  return {
    usage: { timestamp: input.wallTime, cpuPercent, cpuTotalTicksMHz, systemPercent, userPercent, rssBytes, pids },
    sample,
  };
}

function sum(rows: ProcRow[], value: (row: ProcRow) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}
