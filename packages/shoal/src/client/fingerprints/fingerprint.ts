import type { DriverInfo, NetworkResource, NodeNetwork } from '@shoal/api';
import type { Driver } from '../drivers/driver.ts';
import type { NodeConfig } from '../node-config.ts';

/**
 * Finds out one thing about the machine. Each runs at start, all at the same time; those that are `periodic` again every few seconds. What cannot be
 * found out is left out: a fingerprint does not throw for a file or a device that is not there.
 */
export type Fingerprint = {
  readonly name: string;
  readonly periodic: boolean;
  run(context: FingerprintContext): Promise<Finding>;
};

export type FingerprintContext = {
  config: NodeConfig;
  machine: Machine;
  drivers: readonly Driver[];
  /** Milliseconds since 1970. */
  now: () => number;
};

/** What fingerprints read, so that tests can hand them other machines. */
export type Machine = {
  /** Undefined for what is not there. */
  readText(path: string): Promise<string | undefined>;
  statfs(path: string): Promise<{ totalBytes: number; freeBytes: number } | undefined>;
  hostname(): string;
  /** As Node names them: x64, arm64. */
  arch(): string;
  platform(): string;
  release(): string;
  interfaces(): Record<
    string,
    { address: string; family: string; mac: string; internal: boolean; cidr: string | null }[]
  >;
};

/** Attributes in Nomad's names (https://developer.hashicorp.com/nomad/docs/configuration/client and the node's API), and amounts. */
export type Finding = {
  attributes?: Record<string, string>;
  cpuMHz?: number;
  cores?: number;
  memoryMB?: number;
  diskMB?: number;
  networks?: NetworkResource[];
  nodeNetworks?: NodeNetwork[];
  /** Those that allocations can have for themselves, beside the machine's. */
  ownNetworks?: NetworkResource[];
  ownNodeNetworks?: NodeNetwork[];
  drivers?: Record<string, DriverInfo>;
  links?: Record<string, string>;
};
