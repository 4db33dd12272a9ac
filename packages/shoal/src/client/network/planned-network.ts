import type { Allocation, TaskGroup } from '@shoal/api';
import type { TaskDns } from '../drivers/driver.ts';
import { bridgeConfig } from './bridge-config.ts';
import { cniArgs } from './cni-args.ts';
import { configNamed } from './cni-configs.ts';
import { cniName } from './mode.ts';
import { namespacePath } from './namespace.ts';
import { portMappings } from './port-mappings.ts';
import type { NetworkRecord } from './records.ts';
import type { NetworkSettings } from './settings.ts';

export type WantedNetwork = {
  allocation: Allocation;
  group: TaskGroup;
  /** The group's `network { dns {} }`, filled in. */
  dns: TaskDns | null;
  fill(text: string): string;
};

/** The interface in the allocation. */
export const IFNAME = 'eth0';

/** All that has to be known to make an allocation's network. Throws `NetworkError` for a configuration that is not there. */
export async function plannedNetwork(
  { allocation, group, fill }: WantedNetwork,
  mode: string,
  settings: NetworkSettings,
): Promise<NetworkRecord> {
  const { ID: allocId } = allocation;
  const namespace = namespacePath(allocId);
  const hostname = fill(group.Networks?.[0]?.Hostname ?? '');
  const about = { version: 1, allocId, mode, namespace, hostname } as const;
  if (mode === 'none') return { ...about, attachment: null };
  const name = cniName(mode);
  const list = name === undefined ? bridgeConfig(settings) : await configNamed(name, settings.cniConfigDir);
  const runtime = { portMappings: portMappings(allocation, settings.bindWildcard) };
  const args = cniArgs(allocation, group, fill);
  return { ...about, attachment: { containerId: allocId, netns: namespace, ifname: IFNAME, list, runtime, args } };
}
