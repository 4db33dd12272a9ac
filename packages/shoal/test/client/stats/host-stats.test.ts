import { describe, expect, it } from 'vitest';
import {
  cpuStats,
  createHostStatsReader,
  mountOf,
  parseCpuTicks,
  parseMeminfo,
  parseMounts,
} from '../../../src/client/stats/host-stats.ts';
import { tempDir } from '../../support/temp-dir.ts';

it('cores are read from their lines', () => {
  const text = 'cpu  9 9 9 9\ncpu0 10 1 20 100 5 2 3 0 0 0\ncpu1 1 0 0 1 0 0 0\nintr 5\n';
  expect([...parseCpuTicks(text)]).toEqual([
    ['cpu0', { user: 11, system: 25, idle: 105 }],
    ['cpu1', { user: 1, system: 0, idle: 1 }],
  ]);
});

it('use is counted between two readings', () => {
  const stats = cpuStats('cpu0', { user: 60, system: 30, idle: 210 }, { user: 10, system: 20, idle: 70 });
  expect(stats).toEqual({ CPU: 'cpu0', User: 25, System: 5, Idle: 70, Total: 30 });
});

it('memory is in bytes', () => {
  expect(parseMeminfo('MemTotal:  100 kB\nMemFree:   10 kB\nMemAvailable:  40 kB\n')).toEqual({
    Total: 102_400,
    Free: 10_240,
    Available: 40_960,
    Used: 61_440,
  });
});

describe('the mount of a path', () => {
  const mounts = parseMounts(
    '/dev/a / ext4 rw 0 0\n/dev/b /data ext4 rw 0 0\n/dev/c /data/with\\040blank ext4 rw 0 0\n',
  );
  const cases = [
    { path: '/data/x', want: '/dev/b' },
    { path: '/data', want: '/dev/b' },
    { path: '/database', want: '/dev/a' },
    { path: '/data/with blank/x', want: '/dev/c' },
  ];
  it.each(cases)('$path', ({ path, want }) => {
    expect(mountOf(path, mounts).device).toBe(want);
  });
});

it('this machine can be read', async () => {
  const stats = await createHostStatsReader({ allocDir: await tempDir(), coreMHz: 1000 })();
  expect(stats.CPU.length).toBeGreaterThan(0);
  for (const { Total, Idle } of stats.CPU) expect(Total + Idle).toBeCloseTo(100);
  expect(stats.Memory.Total).toBeGreaterThan(stats.Memory.Used);
  expect(stats.DiskStats.length).toBeGreaterThan(0);
  expect(stats.AllocDirStats.Size).toBeGreaterThan(0);
  expect(stats.Uptime).toBeGreaterThan(0);
});
