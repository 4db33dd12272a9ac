/**
 * A job as Nomad's HTTP API shows it (https://developer.hashicorp.com/nomad/api-docs/json-jobs), after defaults were filled in.
 * Field names are the API's. Durations are whole nanoseconds, sizes are MB, cpu is MHz unless a comment says otherwise.
 * `null` means "not set": the API prints it, so it is part of the contract.
 */
export type Nanoseconds = number;

export type JobType = 'service' | 'batch' | 'system' | 'sysbatch';
export type JobStatus = 'pending' | 'running' | 'dead';

export type Job = {
  ID: string;
  Name: string;
  Namespace: string;
  Region: string;
  Type: JobType;
  /** 1 (least) to 100. */
  Priority: number;
  AllAtOnce: boolean;
  /** Names or globs (`dc*`, `*`). */
  Datacenters: string[] | null;
  NodePool?: string;
  Constraints: Constraint[] | null;
  Affinities: Affinity[] | null;
  Spreads: Spread[] | null;
  TaskGroups: TaskGroup[] | null;
  Update: UpdateStrategy | null;
  Multiregion: unknown;
  Periodic: PeriodicConfig | null;
  ParameterizedJob: ParameterizedJobConfig | null;
  Reschedule?: ReschedulePolicy | null;
  Migrate?: MigrateStrategy | null;
  Dispatched: boolean;
  /** Of a dispatched job: another dispatch with the same token is the same dispatch (Nomad 1.1). */
  DispatchIdempotencyToken?: string;
  /** Base64. */
  Payload: string | null;
  Meta: Record<string, string> | null;
  ParentID: string;
  Stop: boolean;
  ConsulToken: string;
  VaultToken: string;
  VaultNamespace: string;
  NomadTokenID: string;
  Status: JobStatus | '';
  StatusDescription: string;
  Stable: boolean;
  Version: number;
  /** Unix time in nanoseconds; `null` before the job was submitted. */
  SubmitTime: number | null;
  CreateIndex: number;
  ModifyIndex: number;
  JobModifyIndex: number;
  VersionTag?: JobVersionTag | null;
  UI?: JobUI | null;
  Secrets?: Secret[] | null;
};

/** A name that was given to a version. `TaggedTime`: Unix nanoseconds. */
export type JobVersionTag = { Name: string; Description: string; TaggedTime: number };

export type JobUI = { Description: string; Links: { Label: string; URL: string }[] | null };

export type Constraint = { LTarget: string; RTarget: string; Operand: string };
export type Affinity = { LTarget: string; RTarget: string; Operand: string; Weight: number };
export type Spread = { Attribute: string; Weight: number; SpreadTarget: SpreadTarget[] | null };
export type SpreadTarget = { Value: string; Percent: number };

export type PeriodicConfig = {
  Enabled: boolean;
  Spec: string;
  Specs?: string[];
  SpecType: string;
  ProhibitOverlap: boolean;
  TimeZone: string;
};

export type ParameterizedJobConfig = {
  Payload: string;
  MetaRequired: string[] | null;
  MetaOptional: string[] | null;
};

export type UpdateStrategy = {
  Stagger: Nanoseconds;
  MaxParallel: number;
  HealthCheck: 'checks' | 'task_states' | 'manual' | '';
  MinHealthyTime: Nanoseconds;
  HealthyDeadline: Nanoseconds;
  ProgressDeadline: Nanoseconds;
  AutoRevert: boolean;
  AutoPromote: boolean;
  Canary: number;
};

export type MigrateStrategy = {
  MaxParallel: number;
  HealthCheck: string;
  MinHealthyTime: Nanoseconds;
  HealthyDeadline: Nanoseconds;
};

export type ReschedulePolicy = {
  Attempts: number;
  Interval: Nanoseconds;
  Delay: Nanoseconds;
  DelayFunction: 'constant' | 'exponential' | 'fibonacci' | '';
  MaxDelay: Nanoseconds;
  Unlimited: boolean;
};

export type RestartPolicy = {
  Attempts: number;
  Interval: Nanoseconds;
  Delay: Nanoseconds;
  Mode: 'fail' | 'delay';
  RenderTemplates?: boolean;
};

export type TaskGroup = {
  Name: string;
  Count: number;
  Constraints: Constraint[] | null;
  Affinities: Affinity[] | null;
  Spreads: Spread[] | null;
  Tasks: Task[] | null;
  Networks: NetworkResource[] | null;
  Services: Service[] | null;
  Volumes: Record<string, VolumeRequest> | null;
  EphemeralDisk: EphemeralDisk;
  RestartPolicy: RestartPolicy;
  ReschedulePolicy: ReschedulePolicy | null;
  Update: UpdateStrategy | null;
  Migrate: MigrateStrategy | null;
  Scaling: ScalingPolicy | null;
  Meta: Record<string, string> | null;
  ShutdownDelay: Nanoseconds | null;
  StopAfterClientDisconnect: Nanoseconds | null;
  MaxClientDisconnect?: Nanoseconds | null;
  /** Of batch and sysbatch jobs: an allocation is ended when it has run for that long, and counts as complete. */
  MaxRunDuration?: Nanoseconds | null;
  PreventRescheduleOnLost?: boolean;
  Disconnect?: DisconnectStrategy | null;
  Consul?: ConsulUse | null;
  Secrets?: Secret[] | null;
};

export type DisconnectStrategy = {
  LostAfter: Nanoseconds | null;
  StopOnClientAfter: Nanoseconds | null;
  Replace: boolean | null;
  Reconcile: string | null;
};

export type EphemeralDisk = { SizeMB: number; Sticky: boolean; Migrate: boolean };

export type VolumeRequest = {
  Name: string;
  Type: string;
  Source: string;
  ReadOnly: boolean;
  MountOptions: unknown;
  PerAlloc?: boolean;
  Sticky?: boolean;
  AccessMode?: string;
  AttachmentMode?: string;
};

export type VolumeMount = {
  Volume: string;
  Destination: string;
  ReadOnly: boolean;
  PropagationMode: string;
  SELinuxLabel?: string;
};

export type ScalingPolicy = {
  ID: string;
  Namespace: string;
  Type: string;
  Target: Record<string, string> | null;
  Min: number | null;
  Max: number | null;
  Policy: Record<string, unknown> | null;
  Enabled: boolean | null;
  CreateIndex: number;
  ModifyIndex: number;
};

export type Task = {
  Name: string;
  Driver: string;
  /** The driver's own configuration, in the driver's words. */
  Config: Record<string, unknown> | null;
  Env: Record<string, string> | null;
  User: string;
  Kind: string;
  Leader: boolean;
  Constraints: Constraint[] | null;
  Affinities: Affinity[] | null;
  Services: Service[] | null;
  Resources: Resources;
  RestartPolicy: RestartPolicy;
  Meta: Record<string, string> | null;
  Artifacts: TaskArtifact[] | null;
  Templates: Template[] | null;
  Vault: VaultConfig | null;
  DispatchPayload: { File: string } | null;
  VolumeMounts: VolumeMount[] | null;
  Lifecycle: TaskLifecycle | null;
  LogConfig: LogConfig;
  KillTimeout: Nanoseconds;
  KillSignal: string;
  ShutdownDelay: Nanoseconds;
  ScalingPolicies: ScalingPolicy[] | null;
  CSIPluginConfig?: Record<string, unknown> | null;
  Actions?: Action[] | null;
  Consul?: ConsulUse | null;
  Identity?: WorkloadIdentity | null;
  Identities?: WorkloadIdentity[] | null;
  Schedule?: TaskSchedule | null;
  Secrets?: Secret[] | null;
};

/** Which Consul is meant, where there are several. */
export type ConsulUse = { Namespace: string; Cluster: string; Partition: string };

/** A token that says who a task or service is. */
export type WorkloadIdentity = {
  Name: string;
  Audience: string[] | null;
  ChangeMode: string;
  ChangeSignal: string;
  Env: boolean;
  File: boolean;
  Filepath?: string;
  ServiceName?: string;
  TTL: Nanoseconds;
};

/** When a task may run, inside of an allocation that stays. */
export type TaskSchedule = { Cron: { Start: string; End: string; Timezone: string } | null };

/** Values that are fetched before a task starts: `${secret.NAME.KEY}`. */
export type Secret = {
  Name: string;
  Provider: string;
  Path: string;
  Config: Record<string, unknown> | null;
  Env: Record<string, string> | null;
};

/** A command that can be run in a running task on demand. */
export type Action = { Name: string; Command: string; Args: string[] | null };

export type TaskLifecycle = { Hook: 'prestart' | 'poststart' | 'poststop' | ''; Sidecar: boolean };
export type LogConfig = { MaxFiles: number; MaxFileSizeMB: number; Disabled?: boolean };

export type TaskArtifact = {
  GetterSource: string;
  GetterOptions: Record<string, string> | null;
  GetterHeaders: Record<string, string> | null;
  GetterMode: 'any' | 'file' | 'dir';
  RelativeDest: string;
  GetterInsecure?: boolean;
  Chown?: boolean;
};

export type Template = {
  SourcePath: string;
  DestPath: string;
  EmbeddedTmpl: string;
  ChangeMode: 'restart' | 'signal' | 'noop' | 'script';
  ChangeSignal: string;
  Splay: Nanoseconds;
  Perms: string;
  LeftDelim: string;
  RightDelim: string;
  Envvars: boolean;
  VaultGrace: Nanoseconds;
  ChangeScript?: ChangeScript | null;
  Uid?: number;
  Gid?: number;
  ErrMissingKey?: boolean;
  /** Rendered before the task starts, and not watched after that. */
  Once?: boolean;
  /** Changes are waited for to settle: `Min` after the last, `Max` after the first at the latest. */
  Wait?: { Min: Nanoseconds; Max: Nanoseconds } | null;
};

export type ChangeScript = { Command: string; Args: string[] | null; Timeout: Nanoseconds; FailOnError: boolean };

export type VaultConfig = {
  Policies: string[] | null;
  Namespace: string;
  Env: boolean;
  ChangeMode: string;
  ChangeSignal: string;
};

export type Resources = {
  CPU: number;
  Cores?: number;
  MemoryMB: number;
  MemoryMaxMB?: number;
  DiskMB: number | null;
  IOPS: number | null;
  Networks: NetworkResource[] | null;
  Devices: RequestedDevice[] | null;
  NUMA?: { Affinity: string; Devices: string[] | null } | null;
  /** Size of the folder for secrets. */
  SecretsMB?: number;
};

export type RequestedDevice = {
  Name: string;
  Count: number;
  Constraints: Constraint[] | null;
  Affinities: Affinity[] | null;
};

export type NetworkResource = {
  Mode: string;
  Device: string;
  CIDR: string;
  IP: string;
  MBits: number | null;
  Hostname?: string;
  DNS: { Servers: string[] | null; Searches: string[] | null; Options: string[] | null } | null;
  CNI?: { Args: Record<string, string> | null } | null;
  ReservedPorts: Port[] | null;
  DynamicPorts: Port[] | null;
};

/** `Value` is the port on the host, 0 where it is yet to be chosen; `To` the port inside the task's network, 0 for "the same". */
export type Port = { Label: string; Value: number; To: number; HostNetwork: string; IgnoreCollision?: boolean };

export type Service = {
  Id: string;
  Name: string;
  Tags: string[] | null;
  CanaryTags: string[] | null;
  EnableTagOverride: boolean;
  /** A port's label, or a number as text. */
  PortLabel: string;
  AddressMode: string;
  Address?: string;
  /** Further addresses, by name: `host` or `host:port`. */
  TaggedAddresses?: Record<string, string> | null;
  Checks: ServiceCheck[] | null;
  CheckRestart: CheckRestart | null;
  Connect: unknown;
  Meta: Record<string, string> | null;
  CanaryMeta: Record<string, string> | null;
  TaskName: string;
  Provider?: 'consul' | 'nomad';
  Kind?: string;
  /** Of DNS answers: how often this instance is given in comparison with the others. */
  Weights?: { Passing: number; Warning: number } | null;
  Identity?: WorkloadIdentity | null;
  OnUpdate?: string;
  /** Shoal: where the edge serves this service. Absent in a plain Nomad job. */
  Routes?: Route[] | null;
};

/**
 * Shoal's `route` block: the edge sends requests for `Host` (empty: any) and `Path` (a prefix of whole segments) to the service. With `TCP`, a port of the
 * edge, it passes connections on as they are, and the other fields stay empty.
 */
export type Route = { Host: string; Path: string; StripPath?: boolean; TLS?: boolean; TCP?: number };

export type CheckRestart = { Limit: number; Grace: Nanoseconds | null; IgnoreWarnings: boolean };

export type ServiceCheck = {
  Id: string;
  Name: string;
  Type: string;
  Command: string;
  Args: string[] | null;
  Path: string;
  Protocol: string;
  PortLabel: string;
  Expose: boolean;
  AddressMode: string;
  Interval: Nanoseconds;
  Timeout: Nanoseconds;
  InitialStatus: string;
  TLSSkipVerify: boolean;
  Header: Record<string, string[]> | null;
  Method: string;
  Body?: string;
  CheckRestart: CheckRestart | null;
  GRPCService: string;
  GRPCUseTLS: boolean;
  TaskName: string;
  SuccessBeforePassing: number;
  FailuresBeforeCritical: number;
  FailuresBeforeWarning?: number;
  TLSServerName?: string;
  Notes?: string;
  OnUpdate?: string;
};

/** What a client may send: any part of a job; `canonicalize` in the agent's `jobspec` room fills the rest. */
export type JobInput = Partial<{ [K in keyof Job]: unknown }> & { ID?: unknown };
