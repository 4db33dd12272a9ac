import type { TaskSpec } from '../drivers/driver.ts';
import { interpolate } from '../env/interpolate.ts';
import type { HookContext } from '../hooks/hook.ts';
import { taskConfig } from '../hooks/validate.ts';

const MEGABYTE = 1024 * 1024;

/** What the driver is given: all references filled in, all paths absolute. */
export function taskSpec(context: HookContext, id: string): TaskSpec {
  const { allocation, task, dirs, env } = context;
  const resources = allocation.AllocatedResources.Tasks[task.Name];
  return {
    allocId: allocation.ID,
    task: task.Name,
    id,
    config: taskConfig(context),
    env: env.env,
    user: interpolate(task.User, env.variables),
    dirs,
    logs: { maxFiles: task.LogConfig.MaxFiles, maxFileSizeBytes: task.LogConfig.MaxFileSizeMB * MEGABYTE },
    resources: {
      cpuMHz: resources?.Cpu.CpuShares ?? task.Resources.CPU,
      memoryMB: resources?.Memory.MemoryMB ?? task.Resources.MemoryMB,
      memoryMaxMB: resources?.Memory.MemoryMaxMB ?? 0,
    },
  };
}
