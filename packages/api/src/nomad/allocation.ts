import type { Job, NetworkResource, Resources } from './job.ts';

/** An allocation as `GET /v1/allocation/:id` shows it (https://developer.hashicorp.com/nomad/api-docs/allocations). */
export type AllocClientStatus = 'pending' | 'running' | 'complete' | 'failed' | 'lost' | 'unknown';
export type AllocDesiredStatus = 'run' | 'stop' | 'evict';

export type Allocation = {
  ID: string;
  Namespace: string;
  EvalID: string;
  /** `job.group[index]` */
  Name: string;
  NodeID: string;
  NodeName: string;
  JobID: string;
  Job: Job | null;
  TaskGroup: string;
  Resources: Resources;
  SharedResources: Resources;
  TaskResources: Record<string, Resources>;
  AllocatedResources: AllocatedResources;
  Metrics: AllocMetric | null;
  DesiredStatus: AllocDesiredStatus;
  DesiredDescription?: string;
  DesiredTransition?: DesiredTransition;
  ClientStatus: AllocClientStatus;
  ClientDescription: string;
  /** Only of those that a server has taken for unknown or lost. */
  AllocStates?: AllocState[];
  TaskStates: Record<string, TaskState> | null;
  DeploymentID?: string;
  DeploymentStatus: AllocDeploymentStatus | null;
  NetworkStatus?: AllocNetworkStatus | null;
  PreviousAllocation?: string;
  NextAllocation?: string;
  FollowupEvalID?: string;
  RescheduleTracker?: RescheduleTracker | null;
  PreemptedAllocations?: string[] | null;
  PreemptedByAllocation?: string;
  CreateIndex: number;
  ModifyIndex: number;
  AllocModifyIndex: number;
  /** Unix nanoseconds. */
  CreateTime: number;
  ModifyTime: number;
};

/** A change of the client status by a server. `Field` 0 is the client status. */
export type AllocState = {
  Field: 0;
  Value: AllocClientStatus;
  /** RFC 3339. */
  Time: string;
};

export type DesiredTransition = {
  Migrate: boolean | null;
  Reschedule: boolean | null;
  ForceReschedule: boolean | null;
  /** It ends without waiting for its shutdown_delay (Nomad 1.1). */
  NoShutdownDelay?: boolean | null;
};

export type AllocatedResources = {
  Tasks: Record<string, AllocatedTaskResources>;
  TaskLifecycles: Record<string, { Hook: string; Sidecar: boolean } | null>;
  Shared: { DiskMB: number; Networks: NetworkResource[] | null; Ports: AllocatedPort[] | null };
};

export type AllocatedTaskResources = {
  Cpu: { CpuShares: number; ReservedCores?: number[] | null };
  Memory: { MemoryMB: number; MemoryMaxMB?: number };
  Networks: NetworkResource[] | null;
  Devices: null;
};

export type AllocatedPort = { Label: string; Value: number; To: number; HostIP: string };

export type AllocNetworkStatus = {
  InterfaceName: string;
  Address: string;
  /** In later versions of Nomad, where the network gives one. */
  AddressIPv6?: string;
  DNS: NetworkResource['DNS'];
};

export type AllocDeploymentStatus = {
  Healthy: boolean | null;
  /** RFC 3339. */
  Timestamp: string;
  Canary: boolean;
  ModifyIndex: number;
};

export type RescheduleTracker = { Events: RescheduleEvent[] };
export type RescheduleEvent = {
  /** Unix nanoseconds. */
  RescheduleTime: number;
  PrevAllocID: string;
  PrevNodeID: string;
  /** Nanoseconds. */
  Delay: number;
};

export type TaskStateName = 'pending' | 'running' | 'dead';

export type TaskState = {
  State: TaskStateName;
  Failed: boolean;
  Restarts: number;
  /** RFC 3339 or null. */
  LastRestart: string | null;
  StartedAt: string | null;
  FinishedAt: string | null;
  Events: TaskEvent[];
};

/** The newest 10 are kept. `Details` carry what is particular to the type; the old flat fields are filled too, as the API prints them. */
export type TaskEvent = {
  Type: string;
  /** Unix nanoseconds. */
  Time: number;
  DisplayMessage: string;
  Message: string;
  Details: Record<string, string>;
  FailsTask: boolean;
  RestartReason: string;
  SetupError: string;
  DriverError: string;
  DriverMessage: string;
  ExitCode: number;
  Signal: number;
  KillTimeout: number;
  KillError: string;
  KillReason: string;
  StartDelay: number;
  DownloadError: string;
  ValidationError: string;
  DiskLimit: number;
  FailedSibling: string;
  VaultError: string;
  TaskSignal: string;
  TaskSignalReason: string;
  GenericSource: string;
};

/** Why a placement was made, or could not be made. Counts are nodes. */
export type AllocMetric = {
  NodesEvaluated: number;
  NodesFiltered: number;
  NodesInPool?: number;
  /** Ready nodes per datacenter. */
  NodesAvailable: Record<string, number> | null;
  ClassFiltered: Record<string, number> | null;
  ConstraintFiltered: Record<string, number> | null;
  NodesExhausted: number;
  ClassExhausted: Record<string, number> | null;
  DimensionExhausted: Record<string, number> | null;
  QuotaExhausted: string[] | null;
  Scores: null;
  ScoreMetaData: NodeScoreMeta[] | null;
  /** Nanoseconds. */
  AllocationTime: number;
  CoalescedFailures: number;
};

export type NodeScoreMeta = { NodeID: string; Scores: Record<string, number>; NormScore: number };
