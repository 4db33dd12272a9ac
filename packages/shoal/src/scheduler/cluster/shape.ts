import type { Task, TaskGroup } from '@shoal/api';
import type { Use } from './nodes.ts';

/**
 * What an allocation of a group takes of its node. Tasks that never run at the same time (before, with, and after the main
 * ones) share: the largest of these, and whatever runs beside them (job specification, `lifecycle`).
 */
export function shapeOf(group: TaskGroup): Use {
  const tasks = group.Tasks ?? [];
  const [before, during, after, beside] = [isBefore, isMain, isAfter, isBeside].map((when) => sum(tasks.filter(when)));
  return {
    cpu: Math.max(before!.cpu, during!.cpu, after!.cpu) + beside!.cpu,
    memory: Math.max(before!.memory, during!.memory, after!.memory) + beside!.memory,
    disk: group.EphemeralDisk?.SizeMB ?? 0,
  };
}

const isBeside = ({ Lifecycle: life }: Task) => life?.Sidecar === true && life.Hook !== '';
const isBefore = (task: Task) => task.Lifecycle?.Hook === 'prestart' && !isBeside(task);
const isAfter = (task: Task) => task.Lifecycle?.Hook === 'poststop' && !isBeside(task);
const isMain = (task: Task) => !isBeside(task) && !isBefore(task) && !isAfter(task);

function sum(tasks: readonly Task[]) {
  const total = { cpu: 0, memory: 0 };
  for (const { Resources: resources } of tasks) {
    total.cpu += resources.CPU;
    total.memory += resources.MemoryMB;
  }
  return total;
}
