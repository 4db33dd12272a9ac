import { describe, expect, it } from 'vitest';
import { allocUsage } from '../../../src/client/stats/alloc-usage.ts';
import { taskUsage, type UsageInput } from '../../../src/client/stats/task-usage.ts';
import type { ProcRow } from '../../../src/client/supervisor/proc.ts';

const aRow = (pid: number, userTicks: number, systemTicks: number, rssPages: number): ProcRow => ({
  pid,
  ppid: 1,
  pgrp: 1,
  session: 1,
  state: 'R',
  startTicks: 0,
  userTicks,
  systemTicks,
  rssPages,
});
const input: UsageInput = {
  rows: [],
  before: undefined,
  at: 20_000,
  startTicks: 1000,
  wallTime: 5,
  coreMHz: 2000,
  pageBytes: 4096,
};

describe('the use of a task', () => {
  it('at first is that since its start', () => {
    const { usage } = taskUsage({ ...input, rows: [aRow(7, 300, 100, 10), aRow(8, 100, 0, 5)] });
    expect(usage).toEqual({
      timestamp: 5,
      cpuPercent: 50,
      userPercent: 40,
      systemPercent: 10,
      cpuTotalTicksMHz: 1000,
      rssBytes: 15 * 4096,
      pids: { 7: { cpuPercent: 40, rssBytes: 10 * 4096 }, 8: { cpuPercent: 10, rssBytes: 5 * 4096 } },
    });
  });
  it('then is that since the last reading', () => {
    const { sample } = taskUsage({ ...input, rows: [aRow(7, 300, 100, 10)] });
    const { usage } = taskUsage({ ...input, at: 22_000, before: sample, rows: [aRow(7, 400, 100, 10)] });
    expect([usage.cpuPercent, usage.userPercent, usage.systemPercent]).toEqual([50, 50, 0]);
  });
  it('is never less than nothing when a process has ended', () => {
    const { sample } = taskUsage({ ...input, rows: [aRow(7, 300, 100, 10), aRow(8, 50, 0, 1)] });
    const { usage } = taskUsage({ ...input, at: 22_000, before: sample, rows: [aRow(8, 60, 0, 1)] });
    expect([usage.cpuPercent, usage.rssBytes]).toEqual([0, 4096]);
  });
  it('of an allocation is the sum of its tasks', () => {
    const one = taskUsage({ ...input, rows: [aRow(7, 300, 100, 10)] }).usage;
    const usage = allocUsage({ a: one, b: one });
    expect(usage.ResourceUsage).toMatchObject({
      CpuStats: { Percent: 80, UserMode: 60, TotalTicks: 1600 },
      MemoryStats: { RSS: 20 * 4096 },
      DeviceStats: [],
    });
    expect(usage.Tasks['a']?.Pids['7']?.MemoryStats.RSS).toBe(10 * 4096);
    expect(usage.Timestamp).toBe(5_000_000);
  });
});
