import type { Allocation, Node } from '@shoal/api';
import { clientStatus } from '../alloc-view.ts';
import type { Read } from '../read.ts';
import type { AllocRow, JobRow, NodeRow } from '../rows.ts';
import { allocJob, deploymentStatus, resources } from './allocation.ts';
import { composeSummary } from './job.ts';

/** Lists show less of each object than the object itself: Nomad calls these stubs. */
export function allocStub(
  read: Read,
  row: AllocRow,
  options: { resources: boolean; taskStates: boolean },
): Record<string, unknown> {
  const reported = read.get(read.state.tables.allocStatus, row.ID);
  const job = allocJob(read, row);
  return {
    ID: row.ID,
    EvalID: row.EvalID,
    Name: row.Name,
    Namespace: row.Namespace,
    NodeID: row.NodeID,
    NodeName: row.NodeName,
    JobID: row.JobID,
    JobType: job?.Type ?? '',
    JobVersion: row.JobVersion,
    TaskGroup: row.TaskGroup,
    DesiredStatus: row.DesiredStatus,
    DesiredDescription: row.DesiredDescription,
    ClientStatus: clientStatus(row, reported),
    ClientDescription: reported?.ClientDescription ?? '',
    DesiredTransition: row.DesiredTransition ?? NO_TRANSITION,
    TaskStates: options.taskStates ? (reported?.TaskStates ?? null) : null,
    DeploymentStatus: deploymentStatus(read, row, reported),
    FollowupEvalID: row.FollowupEvalID,
    RescheduleTracker: row.RescheduleTracker,
    PreemptedAllocations: null,
    PreemptedByAllocation: '',
    ...(options.resources && { AllocatedResources: allocated(read, row) }),
    CreateIndex: row.CreateIndex,
    ModifyIndex: Math.max(row.ModifyIndex, reported?.ModifyIndex ?? 0),
    CreateTime: row.CreateTime,
    ModifyTime: Math.max(row.ModifyTime, reported?.ModifyTime ?? 0),
  };
}

const NO_TRANSITION = { Migrate: null, Reschedule: null, ForceReschedule: null };

function allocated(read: Read, row: AllocRow): Allocation['AllocatedResources'] {
  const group = allocJob(read, row)?.TaskGroups?.find(({ Name }) => Name === row.TaskGroup);
  return resources(row, group).AllocatedResources;
}

export function jobStub(
  read: Read,
  row: JobRow,
  options: { namespace: boolean; meta: boolean },
): Record<string, unknown> {
  const summary = read.state.summaries.get(row.Namespace, row.ID);
  return {
    ID: row.ID,
    ParentID: row.ParentID,
    Name: row.Name,
    ...(options.namespace && { Namespace: row.Namespace }),
    Datacenters: row.Datacenters,
    ...(row.NodePool !== undefined && { NodePool: row.NodePool }),
    Multiregion: row.Multiregion,
    Type: row.Type,
    Priority: row.Priority,
    Periodic: row.Periodic !== null,
    ParameterizedJob: row.ParameterizedJob !== null && !row.Dispatched,
    Stop: row.Stop,
    Status: read.jobStatus(row).status,
    StatusDescription: row.StatusDescription,
    ...(options.meta && { Meta: row.Meta }),
    JobSummary: composeSummary(read, row),
    CreateIndex: row.CreateIndex,
    ModifyIndex: Math.max(row.ModifyIndex, summary?.statusIndex ?? 0),
    JobModifyIndex: row.JobModifyIndex,
    SubmitTime: row.SubmitTime,
  };
}

export function nodeStub(row: NodeRow, options: { resources: boolean }): Record<string, unknown> {
  return {
    Address: (row.HTTPAddr.match(/^(.*):\d+$/)?.[1] ?? row.HTTPAddr).replace(/^\[|\]$/g, ''),
    ID: row.ID,
    Attributes: row.Attributes,
    Datacenter: row.Datacenter,
    Name: row.Name,
    NodeClass: row.NodeClass,
    ...(row.NodePool !== undefined && { NodePool: row.NodePool }),
    Version: row.Attributes['nomad.version'] ?? '',
    Drain: row.Drain,
    SchedulingEligibility: row.SchedulingEligibility,
    Status: row.Status,
    StatusDescription: row.StatusDescription,
    Drivers: row.Drivers,
    HostVolumes: row.HostVolumes,
    ...(options.resources && { NodeResources: row.NodeResources, ReservedResources: row.ReservedResources }),
    CreateIndex: row.CreateIndex,
    ModifyIndex: row.ModifyIndex,
  };
}

/** A node as the API shows it: without its secret, and with the older spelling of its resources. */
export function composeNode(row: NodeRow): Node & { Resources: unknown; Reserved: unknown } {
  const { NodeResources: total, ReservedResources: reserved } = row;
  return {
    ...row,
    SecretID: '',
    Resources: legacy(total.Cpu.CpuShares, total.Memory.MemoryMB, total.Disk.DiskMB, total.Networks),
    Reserved: legacy(reserved.Cpu.CpuShares, reserved.Memory.MemoryMB, reserved.Disk.DiskMB, null),
  };
}

function legacy(cpu: number, memory: number, disk: number, networks: unknown) {
  return { CPU: cpu, MemoryMB: memory, DiskMB: disk, IOPS: 0, Networks: networks, Devices: null };
}
