import type { Evaluation, Job, NetworkResource, Node, Task, TaskGroup } from '@shoal/api';

export const SECOND = 1e9;

type Deep<T> = { [K in keyof T]?: T[K] };

export function aNode(
  changes: Deep<Omit<Node, 'NodeResources'>> & { cpu?: number; memory?: number; disk?: number; ip?: string } = {},
): Node {
  const { cpu = 4000, memory = 8192, disk = 100_000, ip = '10.0.0.1', ...rest } = changes;
  return {
    ID: 'node-1',
    SecretID: '',
    Name: rest.ID ?? 'node-1',
    Datacenter: 'dc1',
    NodeClass: '',
    ComputedClass: 'v1:1',
    HTTPAddr: '',
    TLSEnabled: false,
    Attributes: { 'kernel.name': 'linux', 'driver.raw_exec': '1', 'cpu.arch': 'amd64' },
    Meta: null,
    Links: null,
    NodeResources: {
      Cpu: { CpuShares: cpu },
      Memory: { MemoryMB: memory },
      Disk: { DiskMB: disk },
      Networks: [aNetwork({ Mode: 'host', Device: 'eth0', IP: ip })],
      NodeNetworks: [
        {
          Mode: 'host',
          Device: 'eth0',
          MacAddress: '',
          Speed: 1000,
          Addresses: [{ Family: 'ipv4', Alias: 'default', Address: ip, ReservedPorts: '', Gateway: '' }],
        },
      ],
      Devices: null,
    },
    ReservedResources: {
      Cpu: { CpuShares: 0 },
      Memory: { MemoryMB: 0 },
      Disk: { DiskMB: 0 },
      Networks: { ReservedHostPorts: '' },
    },
    Drivers: {
      raw_exec: { Attributes: {}, Detected: true, Healthy: true, HealthDescription: 'Healthy', UpdateTime: '' },
    },
    HostVolumes: null,
    CSIControllerPlugins: null,
    CSINodePlugins: null,
    Status: 'ready',
    StatusDescription: '',
    StatusUpdatedAt: 0,
    SchedulingEligibility: 'eligible',
    Drain: false,
    DrainStrategy: null,
    Events: [],
    CreateIndex: 0,
    ModifyIndex: 0,
    ...rest,
  };
}

export function aNetwork(changes: Partial<NetworkResource> = {}): NetworkResource {
  return {
    Mode: 'host',
    Device: '',
    CIDR: '',
    IP: '',
    MBits: 0,
    DNS: null,
    ReservedPorts: null,
    DynamicPorts: null,
    ...changes,
  };
}

export function aTask(changes: Partial<Task> & { cpu?: number; memory?: number } = {}): Task {
  const { cpu = 100, memory = 128, ...rest } = changes;
  return {
    Name: 't',
    Driver: 'raw_exec',
    Config: { command: '/bin/sleep' },
    Env: null,
    User: '',
    Kind: '',
    Leader: false,
    Constraints: null,
    Affinities: null,
    Services: null,
    Resources: { CPU: cpu, MemoryMB: memory, DiskMB: 0, IOPS: 0, Networks: null, Devices: null },
    RestartPolicy: { Attempts: 2, Interval: 0, Delay: 0, Mode: 'fail' },
    Meta: null,
    Artifacts: null,
    Templates: null,
    Vault: null,
    DispatchPayload: null,
    VolumeMounts: null,
    Lifecycle: null,
    LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
    KillTimeout: 5 * SECOND,
    KillSignal: '',
    ShutdownDelay: 0,
    ScalingPolicies: null,
    ...rest,
  };
}

export function aGroup(changes: Partial<TaskGroup> & { cpu?: number; memory?: number; disk?: number } = {}): TaskGroup {
  const { cpu, memory, disk = 100, ...rest } = changes;
  return {
    Name: 'g',
    Count: 1,
    Constraints: null,
    Affinities: null,
    Spreads: null,
    Tasks: [aTask({ ...(cpu !== undefined && { cpu }), ...(memory !== undefined && { memory }) })],
    Networks: null,
    Services: null,
    Volumes: null,
    EphemeralDisk: { SizeMB: disk, Sticky: false, Migrate: false },
    RestartPolicy: { Attempts: 2, Interval: 0, Delay: 0, Mode: 'fail' },
    ReschedulePolicy: null,
    Update: null,
    Migrate: null,
    Scaling: null,
    Meta: null,
    ShutdownDelay: null,
    StopAfterClientDisconnect: null,
    ...rest,
  };
}

/** `group` changes its only group. */
export function aJob(changes: Partial<Job> & { group?: Parameters<typeof aGroup>[0] } = {}): Job {
  const { group, ...rest } = changes;
  return {
    ID: 'job',
    Name: rest.ID ?? 'job',
    Namespace: 'default',
    Region: 'global',
    Type: 'service',
    Priority: 50,
    AllAtOnce: false,
    Datacenters: ['dc1'],
    Constraints: null,
    Affinities: null,
    Spreads: null,
    TaskGroups: [aGroup(group)],
    Update: null,
    Multiregion: null,
    Periodic: null,
    ParameterizedJob: null,
    Dispatched: false,
    Payload: null,
    Meta: null,
    ParentID: '',
    Stop: false,
    ConsulToken: '',
    VaultToken: '',
    VaultNamespace: '',
    NomadTokenID: '',
    Status: '',
    StatusDescription: '',
    Stable: false,
    Version: 0,
    SubmitTime: 0,
    CreateIndex: 0,
    ModifyIndex: 0,
    JobModifyIndex: 0,
    ...rest,
  };
}

export function anUpdate(changes: Partial<NonNullable<TaskGroup['Update']>> = {}): NonNullable<TaskGroup['Update']> {
  return {
    Stagger: 30 * SECOND,
    MaxParallel: 1,
    HealthCheck: 'task_states',
    MinHealthyTime: SECOND,
    HealthyDeadline: 20 * SECOND,
    ProgressDeadline: 30 * SECOND,
    AutoRevert: false,
    AutoPromote: false,
    Canary: 0,
    ...changes,
  };
}

export function anEval(
  job: Pick<Job, 'ID' | 'Namespace' | 'Type' | 'Priority'>,
  changes: Partial<Evaluation> = {},
): Evaluation {
  return {
    ID: 'eval-1',
    Namespace: job.Namespace,
    Priority: job.Priority,
    Type: job.Type,
    TriggeredBy: 'job-register',
    JobID: job.ID,
    Status: 'pending',
    CreateIndex: 0,
    ModifyIndex: 0,
    CreateTime: 0,
    ModifyTime: 0,
    ...changes,
  };
}
