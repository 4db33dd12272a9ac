import type {
  AllocatedResources,
  Allocation,
  AllocDeploymentStatus,
  Job,
  NetworkResource,
  Resources,
  Task,
  TaskGroup,
} from '@shoal/api';
import { clientStatus, healthOf } from '../alloc-view.ts';
import type { Read } from '../read.ts';
import type { AllocRow, AllocStatusRow } from '../rows.ts';
import { jobKey, jobVersionKey } from '../tables.ts';

/** The whole allocation as the API shows it, with the version of its job that it runs. */
export function composeAllocation(read: Read, row: AllocRow): Allocation {
  const reported = read.get(read.state.tables.allocStatus, row.ID);
  const job = allocJob(read, row);
  const group = job?.TaskGroups?.find(({ Name }) => Name === row.TaskGroup);
  return {
    ID: row.ID,
    Namespace: row.Namespace,
    EvalID: row.EvalID,
    Name: row.Name,
    NodeID: row.NodeID,
    NodeName: row.NodeName,
    JobID: row.JobID,
    Job: job ? asPlaced(job) : null,
    TaskGroup: row.TaskGroup,
    ...resources(row, group),
    Metrics: row.Metrics,
    DesiredStatus: row.DesiredStatus,
    ...optional('DesiredDescription', row.DesiredDescription),
    ...(row.DesiredTransition && { DesiredTransition: row.DesiredTransition }),
    ClientStatus: clientStatus(row, reported),
    ClientDescription: reported?.ClientDescription ?? '',
    ...(row.AllocStates && { AllocStates: [...row.AllocStates] }),
    TaskStates: reported?.TaskStates ?? null,
    ...optional('DeploymentID', row.DeploymentID),
    DeploymentStatus: deploymentStatus(read, row, reported),
    NetworkStatus: reported?.NetworkStatus ?? null,
    ...optional('PreviousAllocation', row.PreviousAllocation),
    ...optional('NextAllocation', row.NextAllocation),
    ...optional('FollowupEvalID', row.FollowupEvalID),
    ...(row.RescheduleTracker && { RescheduleTracker: row.RescheduleTracker }),
    CreateIndex: row.CreateIndex,
    ModifyIndex: Math.max(row.ModifyIndex, reported?.ModifyIndex ?? 0),
    AllocModifyIndex: row.ModifyIndex,
    CreateTime: row.CreateTime,
    ModifyTime: Math.max(row.ModifyTime, reported?.ModifyTime ?? 0),
  };
}

/** The version it runs; that of a job which was registered anew since is gone, then the newest stands for it. */
export function allocJob(read: Read, row: AllocRow): Job | undefined {
  const { jobVersions } = read.state.tables;
  const exact = read.get(jobVersions, jobVersionKey(row.Namespace, row.JobID, row.JobVersion));
  return exact ?? read.by(jobVersions, 'job', jobKey(row.Namespace, row.JobID)).at(-1);
}

/** An allocation shows its job as it was when it was placed: nobody knew then whether the version would do. */
function asPlaced(job: Job): Job {
  return { ...job, Stable: false };
}

export function deploymentStatus(
  read: Read,
  row: AllocRow,
  reported: AllocStatusRow | undefined,
): AllocDeploymentStatus | null {
  const health = healthOf(row, reported);
  if (!health && !row.Canary) return null;
  const deployment = row.Canary ? read.get(read.state.tables.deployments, row.DeploymentID) : undefined;
  return {
    Healthy: health?.Healthy ?? null,
    Timestamp: health?.Timestamp ?? '0001-01-01T00:00:00Z',
    Canary: row.Canary === true && !deployment?.TaskGroups[row.TaskGroup]?.Promoted,
    ModifyIndex: health
      ? Math.max(row.ManualHealth ? row.ModifyIndex : 0, reported?.ModifyIndex ?? 0)
      : row.ModifyIndex,
  };
}

/** The same resources in the API's three spellings: AllocatedResources, and the older Resources, SharedResources and TaskResources. */
export function resources(
  row: AllocRow,
  group: TaskGroup | undefined,
): Pick<Allocation, 'AllocatedResources' | 'Resources' | 'SharedResources' | 'TaskResources'> {
  const tasks = group?.Tasks ?? [];
  const diskMB = group?.EphemeralDisk.SizeMB ?? 0;
  const shared: Resources = { ...NOTHING, DiskMB: diskMB, Networks: row.Networks };
  return {
    AllocatedResources: allocatedResources(row, tasks, diskMB),
    SharedResources: shared,
    TaskResources: Object.fromEntries(tasks.map((task) => [task.Name, taskResources(row, task)])),
    Resources: {
      ...shared,
      CPU: sum(tasks.map(({ Resources }) => Resources.CPU)),
      MemoryMB: sum(tasks.map(({ Resources }) => Resources.MemoryMB)),
      Networks: allNetworks(row),
    },
  };
}

const NOTHING: Resources = { CPU: 0, MemoryMB: 0, DiskMB: 0, IOPS: 0, Networks: null, Devices: null };

function allocatedResources(row: AllocRow, tasks: Task[], diskMB: number): AllocatedResources {
  return {
    Tasks: Object.fromEntries(
      tasks.map((task) => [
        task.Name,
        {
          Cpu: { CpuShares: task.Resources.CPU },
          Memory: {
            MemoryMB: task.Resources.MemoryMB,
            ...(task.Resources.MemoryMaxMB && { MemoryMaxMB: task.Resources.MemoryMaxMB }),
          },
          Networks: row.TaskNetworks?.[task.Name] ?? null,
          Devices: null,
        },
      ]),
    ),
    TaskLifecycles: Object.fromEntries(tasks.map((task) => [task.Name, task.Lifecycle])),
    Shared: { DiskMB: diskMB, Networks: row.Networks, Ports: row.Ports },
  };
}

function taskResources(row: AllocRow, task: Task): Resources {
  const { CPU, MemoryMB } = task.Resources;
  return { ...NOTHING, CPU, MemoryMB, Networks: row.TaskNetworks?.[task.Name] ?? null };
}

function allNetworks(row: AllocRow): NetworkResource[] | null {
  const networks = [...(row.Networks ?? []), ...Object.values(row.TaskNetworks ?? {}).flat()];
  return networks.length > 0 ? networks : null;
}

function optional<K extends string>(name: K, value: string): { [key in K]?: string } {
  return value === '' ? {} : ({ [name]: value } as { [key in K]: string });
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
