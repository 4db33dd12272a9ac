import type {
  AllocatedResources,
  AllocClientStatus,
  AllocDeploymentStatus,
  AllocDesiredStatus,
  AllocMetric,
  TaskState,
} from './allocation.ts';
import type { Evaluation } from './evaluation.ts';
import type { Job, JobStatus, JobType } from './job.ts';
import type { DriverInfo, Node } from './node.ts';

/** What lists show of a job (https://developer.hashicorp.com/nomad/api-docs/jobs#list-jobs). */
export type JobStub = {
  ID: string;
  ParentID: string;
  Name: string;
  Namespace?: string;
  Datacenters: string[] | null;
  Type: JobType;
  Priority: number;
  Periodic: boolean;
  ParameterizedJob: boolean;
  Stop: boolean;
  Status: JobStatus;
  StatusDescription: string;
  JobSummary: JobSummary | null;
  CreateIndex: number;
  ModifyIndex: number;
  JobModifyIndex: number;
  /** Unix nanoseconds. */
  SubmitTime: number | null;
};

export type JobSummary = {
  JobID: string;
  Namespace: string;
  /** By group. */
  Summary: Record<string, GroupSummary>;
  Children: { Pending: number; Running: number; Dead: number } | null;
};

export type GroupSummary = {
  Queued: number;
  Starting: number;
  Running: number;
  Failed: number;
  Complete: number;
  Lost: number;
  Unknown?: number;
};

/** The answer to a job's registration, deregistration and evaluation. `EvalID` is empty for periodic and parameterized jobs. */
export type JobWritten = {
  EvalID: string;
  EvalCreateIndex: number;
  JobModifyIndex: number;
  Warnings?: string;
  Index?: number;
};

export type JobValidation = {
  DriverConfigValidated: boolean;
  ValidationErrors: string[] | null;
  Error: string;
  Warnings: string;
};

export type JobPlan = {
  Annotations: { DesiredTGUpdates: Record<string, Record<string, number>> | null } | null;
  CreatedEvals: Evaluation[] | null;
  Diff: JobDiff | null;
  FailedTGAllocs: Record<string, AllocMetric> | null;
  JobModifyIndex: number;
  /** RFC 3339; the zero time or null where there is none. */
  NextPeriodicLaunch: string | null;
  Warnings: string;
};

export type DiffType = 'Added' | 'Deleted' | 'Edited' | 'None';
export type FieldDiff = { Type: DiffType; Name: string; Old: string; New: string; Annotations: string[] | null };
export type ObjectDiff = { Type: DiffType; Name: string; Fields: FieldDiff[] | null; Objects: ObjectDiff[] | null };
export type TaskDiff = ObjectDiff & { Annotations: string[] | null };
export type GroupDiff = ObjectDiff & { Tasks: TaskDiff[] | null; Updates: Record<string, number> | null };
export type JobDiff = Omit<ObjectDiff, 'Name'> & { ID: string; TaskGroups: GroupDiff[] | null };

/** `Diffs[n]` is version n of the list against the one after it, which is older. */
export type JobVersions = { Versions: Job[]; Diffs: JobDiff[] | null };

/** What lists show of an allocation. */
export type AllocStub = {
  ID: string;
  EvalID: string;
  Name: string;
  Namespace: string;
  NodeID: string;
  NodeName: string;
  JobID: string;
  JobType: JobType;
  JobVersion: number;
  TaskGroup: string;
  DesiredStatus: AllocDesiredStatus;
  DesiredDescription: string;
  ClientStatus: AllocClientStatus;
  ClientDescription: string;
  TaskStates: Record<string, TaskState> | null;
  DeploymentStatus: AllocDeploymentStatus | null;
  FollowupEvalID: string;
  AllocatedResources?: AllocatedResources;
  CreateIndex: number;
  ModifyIndex: number;
  /** Unix nanoseconds. */
  CreateTime: number;
  ModifyTime: number;
};

/** What lists show of a node. */
export type NodeStub = {
  Address: string;
  ID: string;
  Attributes?: Record<string, string>;
  Datacenter: string;
  Name: string;
  NodeClass: string;
  Version: string;
  Drain: boolean;
  SchedulingEligibility: Node['SchedulingEligibility'];
  Status: Node['Status'];
  StatusDescription: string;
  Drivers: Record<string, DriverInfo>;
  CreateIndex: number;
  ModifyIndex: number;
};

/** Measured use of an allocation: in all, and by task (https://developer.hashicorp.com/nomad/api-docs/client#read-allocation-statistics). */
export type AllocUsage = { ResourceUsage: Usage; Tasks: Record<string, { ResourceUsage: Usage }>; Timestamp: number };

export type Usage = {
  CpuStats: { Measured: string[] | null; Percent: number; TotalTicks: number; SystemMode: number; UserMode: number };
  /** Bytes. */
  MemoryStats: {
    Measured: string[] | null;
    RSS: number;
    Cache: number;
    Swap: number;
    Usage: number;
    MaxUsage: number;
  };
};

/** Measured use of a node. Memory and disks in bytes, `CPUTicksConsumed` in MHz, `Uptime` in seconds. */
export type HostUsage = {
  AllocDirStats: DiskUsage | null;
  CPU: { CPU: string; User: number; System: number; Idle: number }[];
  CPUTicksConsumed: number;
  DiskStats: DiskUsage[] | null;
  Memory: { Available: number; Free: number; Total: number; Used: number };
  Uptime: number;
};

export type DiskUsage = {
  Device: string;
  Mountpoint: string;
  Size: number;
  Used: number;
  Available: number;
  UsedPercent: number;
  InodesUsedPercent: number;
};

/** A file of an allocation. `FileMode` as in `-rw-r--r--`, `ModTime` in RFC 3339. */
export type FileInfo = {
  Name: string;
  IsDir: boolean;
  Size: number;
  FileMode: string;
  ModTime: string;
  ContentType?: string;
};

export type ServerMember = {
  Name: string;
  Addr: string;
  Port: number;
  Tags: Record<string, string>;
  Status: string;
  ProtocolCur: number;
};

/** `GET /v1/agent/self`, as far as it is read. */
export type AgentSelf = {
  config: Record<string, unknown>;
  member: ServerMember;
  stats: Record<string, Record<string, string>>;
};

/** A join token, without what it says. Times are milliseconds since 1970; null: no limit. */
export type JoinToken = {
  id: string;
  created: number;
  expires: number | null;
  usesLeft: number | null;
};

/** A new one, with the word to give to an agent, and where the agent finds the servers (`host:port`). */
export type IssuedJoinToken = JoinToken & { token: string; servers: string[] };

/** The counts of a job's groups (https://developer.hashicorp.com/nomad/api-docs/jobs#read-job-scale-status). */
export type ScaleStatus = {
  JobID: string;
  Namespace: string;
  JobCreateIndex: number;
  JobModifyIndex: number;
  JobStopped: boolean;
  TaskGroups: Record<string, GroupScaleStatus>;
};

export type GroupScaleStatus = {
  Desired: number;
  Placed: number;
  Running: number;
  Healthy: number;
  Unhealthy: number;
  /** Newest first. */
  Events: ScalingEvent[] | null;
};

export type ScalingEvent = {
  /** Unix nanoseconds. */
  Time: number;
  /** `null` where only something was said. */
  Count: number | null;
  PreviousCount: number;
  Message: string;
  Error: boolean;
  Meta: Record<string, unknown> | null;
  EvalID: string | null;
  CreateIndex: number;
};
