import type { TaskUsage } from '../driver.ts';

/** What the engine tells of a container's use (`GET /containers/{id}/stats`), as far as it is used here. Times are nanoseconds of CPU. */
export type EngineStats = {
  read: string;
  cpu_stats: CpuStats;
  memory_stats: { usage?: number; stats?: Record<string, number> };
};
type CpuStats = { cpu_usage?: { total_usage: number; usage_in_usermode: number; usage_in_kernelmode: number } };

export type UsageSample = { atMs: number; cpu: NonNullable<CpuStats['cpu_usage']> };

/** Use since the sample before; the first one says no CPU. */
export function usageOf(
  stats: EngineStats,
  before: UsageSample | undefined,
  coreMHz: number,
): { usage: TaskUsage; sample: UsageSample } {
  const atMs = Date.parse(stats.read);
  const cpu = stats.cpu_stats.cpu_usage ?? { total_usage: 0, usage_in_usermode: 0, usage_in_kernelmode: 0 };
  const spanNs = before === undefined ? 0 : (atMs - before.atMs) * 1e6;
  const percent = (name: keyof typeof cpu) => {
    if (before === undefined || spanNs <= 0) return 0;
    return Math.max(0, ((cpu[name] - before.cpu[name]) / spanNs) * 100);
  };
  const cpuPercent = percent('total_usage');
  return {
    sample: { atMs, cpu },
    usage: {
      timestamp: atMs,
      cpuPercent,
      cpuTotalTicksMHz: (cpuPercent / 100) * coreMHz,
      systemPercent: percent('usage_in_kernelmode'),
      userPercent: percent('usage_in_usermode'),
      rssBytes: rssOf(stats.memory_stats),
      pids: {},
    },
  };
}

/** Control groups of the first version call it `rss`, of the second `anon`. */
function rssOf({ usage = 0, stats = {} }: EngineStats['memory_stats']): number {
  const cached = stats['total_inactive_file'] ?? stats['inactive_file'] ?? 0;
  return stats['total_rss'] ?? stats['rss'] ?? stats['anon'] ?? Math.max(0, usage - cached);
}
