import type { NetworkResource } from './job.ts';

/** A client node as `GET /v1/node/:id` shows it (https://developer.hashicorp.com/nomad/api-docs/nodes). */
export type NodeStatus = 'initializing' | 'ready' | 'down' | 'disconnected';

export type Node = {
  ID: string;
  /** Only between a client and its servers; the API prints "". */
  SecretID: string;
  Name: string;
  Datacenter: string;
  NodePool?: string;
  NodeClass: string;
  /** Equal for nodes that are alike to the scheduler: a digest of everything a constraint may look at and that is not unique. */
  ComputedClass: string;
  HTTPAddr: string;
  TLSEnabled: boolean;
  Attributes: Record<string, string>;
  Meta: Record<string, string> | null;
  Links: Record<string, string> | null;
  NodeResources: NodeResources;
  ReservedResources: NodeReservedResources;
  Drivers: Record<string, DriverInfo>;
  HostVolumes: Record<string, { Name: string; Path: string; ReadOnly: boolean }> | null;
  CSIControllerPlugins: null;
  CSINodePlugins: null;
  Status: NodeStatus;
  StatusDescription: string;
  /** Unix seconds. */
  StatusUpdatedAt: number;
  SchedulingEligibility: 'eligible' | 'ineligible';
  Drain: boolean;
  DrainStrategy: DrainStrategy | null;
  Events: NodeEvent[];
  CreateIndex: number;
  ModifyIndex: number;
};

export type DrainStrategy = {
  /** Nanoseconds; negative: force at once; 0: no deadline. */
  Deadline: number;
  IgnoreSystemJobs: boolean;
  ForceDeadline: string;
  StartedAt: string;
};

/** The answer to a change of a node. */
export type NodeWritten = { EvalIDs: string[] | null; EvalCreateIndex: number; NodeModifyIndex: number };

export type NodeEvent = {
  Message: string;
  Subsystem: string;
  Details: Record<string, string> | null;
  /** RFC 3339. */
  Timestamp: string;
  CreateIndex: number;
};

export type NodeResources = {
  Cpu: { CpuShares: number; TotalCpuCores?: number };
  Memory: { MemoryMB: number };
  Disk: { DiskMB: number };
  Networks: NetworkResource[] | null;
  NodeNetworks: NodeNetwork[] | null;
  Devices: unknown[] | null;
  MinDynamicPort?: number;
  MaxDynamicPort?: number;
};

export type NodeNetwork = {
  Mode: string;
  Device: string;
  MacAddress: string;
  Speed: number;
  Addresses: NodeNetworkAddress[] | null;
};

/** `Alias` is the host network that the address belongs to, `default` or one of the client's configuration. */
export type NodeNetworkAddress = {
  Family: string;
  Alias: string;
  Address: string;
  ReservedPorts: string;
  Gateway: string;
};

export type NodeReservedResources = {
  Cpu: { CpuShares: number };
  Memory: { MemoryMB: number };
  Disk: { DiskMB: number };
  /** A list of ports and ranges: "22,80,8500-8600". */
  Networks: { ReservedHostPorts: string };
};

export type DriverInfo = {
  Attributes: Record<string, string>;
  Detected: boolean;
  Healthy: boolean;
  HealthDescription: string;
  UpdateTime: string;
};
