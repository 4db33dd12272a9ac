import { uptime } from 'node:os';
import { pageSize } from '../../stats/page-size.ts';
import { taskUsage, type UsageSample } from '../../stats/task-usage.ts';
import { groupPids } from '../../supervisor/cgroup.ts';
import { readStat } from '../../supervisor/proc.ts';
import type { TaskUsage } from '../driver.ts';
import { type GroupUse, groupUse, type Hierarchies, membersFolder } from './cgroups.ts';

type Sample = { at: number; group: GroupUse; processes: UsageSample };

/** What tasks use: as a whole by their control groups, which also count what has ended; by process as everywhere. */
export type Usage = {
  read(hierarchies: Hierarchies, task: { id: string; group: string }): TaskUsage;
  forget(id: string): void;
};

export function createUsage(coreMHz: number): Usage {
  const samples = new Map<string, Sample>();
  return {
    read(hierarchies, { id, group }) {
      const before = samples.get(id);
      const at = uptime() * 1000;
      const rows = groupPids(membersFolder(hierarchies, group)).flatMap((pid) => readStat(pid) ?? []);
      const startTicks = Math.min(...rows.map((row) => row.startTicks));
      const processes = taskUsage({
        ...{ rows, before: before?.processes, at, wallTime: Date.now(), coreMHz, pageBytes: pageSize() },
        startTicks: Number.isFinite(startTicks) ? startTicks : at / 10,
      });
      const use = groupUse(hierarchies, group);
      samples.set(id, { at, group: use, processes: processes.sample });
      return { ...processes.usage, ...totals(use, at, before, coreMHz) };
    },
    forget: (id) => void samples.delete(id),
  };
}

/** Since the reading before; the first one says no CPU. */
function totals(use: GroupUse, at: number, before: Sample | undefined, coreMHz: number): Partial<TaskUsage> {
  const percent = (name: 'totalNs' | 'userNs' | 'systemNs'): number => {
    const spanNs = (at - (before?.at ?? at)) * 1e6;
    return spanNs <= 0 ? 0 : Math.max(0, ((use[name] - (before?.group[name] ?? 0)) / spanNs) * 100);
  };
  const cpuPercent = percent('totalNs');
  return {
    cpuPercent,
    cpuTotalTicksMHz: (cpuPercent / 100) * coreMHz,
    userPercent: percent('userNs'),
    systemPercent: percent('systemNs'),
    rssBytes: use.rssBytes,
  };
}
