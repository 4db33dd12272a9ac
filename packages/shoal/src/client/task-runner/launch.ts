import type { Task } from '@shoal/api';
import type { TaskSpec, TaskVolume } from '../drivers/driver.ts';
import { interpolate } from '../env/interpolate.ts';
import { taskPorts } from '../env/port-variables.ts';
import type { HookContext } from '../hooks/hook.ts';
import { taskConfig } from '../hooks/validate.ts';
import { groupDns } from './group-dns.ts';

const MEGABYTE = 1024 * 1024;

/** What the driver is given: all references filled in, all paths absolute. */
export function taskSpec(context: HookContext, id: string): TaskSpec {
  const { allocation, job, task, dirs, env, services } = context;
  const resources = allocation.AllocatedResources.Tasks[task.Name];
  const network = services.networks.of(allocation.ID)?.forTasks;
  return {
    allocId: allocation.ID,
    task: task.Name,
    id,
    config: taskConfig(context),
    env: env.env,
    user: interpolate(task.User, env.variables),
    dirs,
    logs: logsOf(task),
    resources: {
      cpuMHz: resources?.Cpu.CpuShares ?? task.Resources.CPU,
      memoryMB: resources?.Memory.MemoryMB ?? task.Resources.MemoryMB,
      memoryMaxMB: resources?.Memory.MemoryMaxMB ?? 0,
    },
    job: { id: job.ID, name: job.Name, namespace: allocation.Namespace, group: allocation.TaskGroup },
    ports: taskPorts(allocation.AllocatedResources, task.Name),
    dns: groupDns(context),
    volumes: hostVolumes(context),
    ...(network !== undefined && { network }),
  };
}

function logsOf({ LogConfig: { MaxFiles, MaxFileSizeMB, Disabled } }: Task): TaskSpec['logs'] {
  const limits = { maxFiles: MaxFiles, maxFileSizeBytes: MaxFileSizeMB * MEGABYTE };
  return Disabled ? { ...limits, discard: true } : limits;
}

/** What `volume_mount` blocks name, as far as this machine has it: what it has not, `validate` has told. */
function hostVolumes({ group, task, node, env: { variables } }: HookContext): TaskVolume[] {
  return (task.VolumeMounts ?? []).flatMap((mount) => {
    const request = group.Volumes?.[mount.Volume];
    const volume = node.HostVolumes?.[interpolate(request?.Source ?? '', variables)];
    if (request === undefined || volume === undefined) return [];
    const readOnly = mount.ReadOnly || request.ReadOnly || volume.ReadOnly;
    const target = interpolate(mount.Destination, variables);
    return [{ source: volume.Path, target, readOnly, propagation: mount.PropagationMode || 'private' }];
  });
}
