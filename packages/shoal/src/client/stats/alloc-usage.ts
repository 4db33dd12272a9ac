import type { TaskUsage } from '../drivers/driver.ts';

/** The use of an allocation, as `/v1/client/allocation/:id/stats` shows it. */
export type AllocResourceUsage = {
  ResourceUsage: ResourceUsage;
  Tasks: Record<string, TaskResourceUsage>;
  /** Unix nanoseconds. */
  Timestamp: number;
};

export type TaskResourceUsage = {
  Pids: Record<string, ResourceUsage>;
  ResourceUsage: ResourceUsage;
  Timestamp: number;
};

export type ResourceUsage = {
  CpuStats: {
    Measured: string[];
    Percent: number;
    SystemMode: number;
    ThrottledPeriods: number;
    ThrottledTime: number;
    /** MHz. */
    TotalTicks: number;
    UserMode: number;
  };
  DeviceStats: [] | null;
  /** Bytes; what is not in `Measured` is 0. */
  MemoryStats: {
    Cache: number;
    KernelMaxUsage: number;
    KernelUsage: number;
    MaxUsage: number;
    Measured: string[];
    RSS: number;
    Swap: number;
    Usage: number;
  };
};

type Use = Pick<TaskUsage, 'cpuPercent' | 'rssBytes'> & Partial<TaskUsage>;

const NS_PER_MS = 1_000_000;

export function allocUsage(tasks: Record<string, TaskUsage>): AllocResourceUsage {
  const all = Object.values(tasks);
  const total = (key: 'cpuPercent' | 'systemPercent' | 'userPercent' | 'cpuTotalTicksMHz' | 'rssBytes'): number =>
    all.reduce((sum, usage) => sum + usage[key], 0);
  const sums: Use = {
    cpuPercent: total('cpuPercent'),
    systemPercent: total('systemPercent'),
    userPercent: total('userPercent'),
    cpuTotalTicksMHz: total('cpuTotalTicksMHz'),
    rssBytes: total('rssBytes'),
  };
  return {
    ResourceUsage: { ...resourceUsage(sums), DeviceStats: [] },
    Tasks: Object.fromEntries(Object.entries(tasks).map(([name, usage]) => [name, taskResourceUsage(usage)])),
    Timestamp: Math.max(0, ...all.map((usage) => usage.timestamp)) * NS_PER_MS,
  };
}

function taskResourceUsage(usage: TaskUsage): TaskResourceUsage {
  return {
    Pids: Object.fromEntries(Object.entries(usage.pids).map(([pid, use]) => [pid, resourceUsage(use)])),
    ResourceUsage: resourceUsage(usage),
    Timestamp: usage.timestamp * NS_PER_MS,
  };
}

function resourceUsage(use: Use): ResourceUsage {
  return {
    CpuStats: {
      Measured: ['System Mode', 'User Mode', 'Percent'],
      Percent: use.cpuPercent,
      SystemMode: use.systemPercent ?? 0,
      ThrottledPeriods: 0,
      ThrottledTime: 0,
      TotalTicks: use.cpuTotalTicksMHz ?? 0,
      UserMode: use.userPercent ?? 0,
    },
    DeviceStats: null,
    MemoryStats: {
      Cache: 0,
      KernelMaxUsage: 0,
      KernelUsage: 0,
      MaxUsage: 0,
      Measured: ['RSS'],
      RSS: use.rssBytes,
      Swap: 0,
      Usage: use.rssBytes,
    },
  };
}
