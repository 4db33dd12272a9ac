import type { NetworkSettings } from './network/settings.ts';

export type HostNetwork = {
  name: string;
  cidr: string | undefined;
  interface: string | undefined;
  /** Ports that tasks do not get there, as `22,80,8500-8600`. */
  reservedPorts: string;
};

/** What the operator says about this node: the client part of the agent's configuration, filled in and checked by `agent/`. */
export type NodeConfig = {
  name: string;
  datacenter: string;
  region: string;
  nodeClass: string;
  nodePool: string;
  meta: Record<string, string>;
  /** Absolute. */
  dataDir: string;
  /** Absolute; `alloc` in the data folder unless given. */
  allocDir?: string;
  /** host:port of this agent's :4646, as others reach it. */
  httpAddr: string;
  tlsEnabled: boolean;
  /** The interface that tasks are reached at; '' finds the one with the default route. In -dev: the loopback. */
  networkInterface: string;
  /** Mbit/s; 0 asks the interface. */
  networkSpeed: number;
  /** MHz in all; 0 measures. */
  cpuTotalCompute: number;
  /** MB; 0 measures. */
  memoryTotalMB: number;
  /** MB; 0 measures. */
  diskTotalMB: number;
  /** MB that allocations may take; unless given as much as the whole, or what was measured. */
  diskFreeMB?: number;
  /** Whose address comes first where an interface has both; IPv4 unless given. */
  preferredFamily?: 'ipv4' | 'ipv6';
  reserved: { cpuMHz: number; memoryMB: number; diskMB: number; ports: string };
  hostVolumes: Record<string, { path: string; readOnly: boolean }>;
  /** Names of networks that ports may be chosen on, with the addresses that they stand for: those in `cidr`, on `interface`. */
  hostNetworks: readonly HostNetwork[];
  network: NetworkSettings;
  minDynamicPort: number;
  maxDynamicPort: number;
  /** What the agent answers when it is asked for its version: constraints compare `nomad.version` and `consul.version`. */
  versions: { nomad: string; revision: string; consul: string };
  /** Where tasks of this node find the agent's DNS, for the attributes `consul.dns.*`; undefined: it is turned off. */
  dns?: { address: string; port: number };
  /** Whether this agent also holds the catalog, for the `consul.*` attributes. */
  server: boolean;
};
