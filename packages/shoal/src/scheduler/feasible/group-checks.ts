import type { Constraint, Job, NetworkResource, Node, TaskGroup, VolumeRequest } from '@shoal/api';
import type { Check } from './check.ts';
import { constraintCheck, isDistinct } from './operators.ts';

/** All that a node must have and be for a group, in the order in which a refusal is told. */
export function groupChecks(job: Job, group: TaskGroup): Check[] {
  const tasks = group.Tasks ?? [];
  const constraints = [...(group.Constraints ?? []), ...tasks.flatMap((task) => task.Constraints ?? [])];
  return [
    ...checksOf(job.Constraints ?? []),
    driversCheck([...new Set(tasks.map((task) => task.Driver))]),
    ...checksOf(constraints),
    ...volumesChecks(Object.values(group.Volumes ?? {})),
    ...networkChecks(group.Networks ?? []),
  ];
}

function checksOf(constraints: readonly Constraint[]): Check[] {
  return constraints.filter((each) => !isDistinct(each)).map(constraintCheck);
}

function driversCheck(drivers: readonly string[]): Check {
  return {
    reason: 'missing drivers',
    // A driver's health is not part of the class.
    unique: true,
    passes: (node) => drivers.every((driver) => hasDriver(node, driver)),
  };
}

function hasDriver(node: Node, name: string): boolean {
  const driver = node.Drivers?.[name];
  if (driver) return driver.Detected && driver.Healthy;
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(node.Attributes[`driver.${name}`] ?? '');
}

function volumesChecks(volumes: readonly VolumeRequest[]): Check[] {
  const wanted = volumes.filter((volume) => volume.Type === 'host' || volume.Type === '');
  if (wanted.length === 0) return [];
  return [
    {
      reason: 'missing compatible host volumes',
      unique: true,
      passes: (node) => wanted.every((volume) => hasVolume(node, volume)),
    },
  ];
}

function hasVolume(node: Node, { Source, ReadOnly }: VolumeRequest): boolean {
  const volume = node.HostVolumes?.[Source];
  return volume !== undefined && (ReadOnly || !volume.ReadOnly);
}

function networkChecks(networks: readonly NetworkResource[]): Check[] {
  return networks.flatMap((network) => [
    ...ownNetworkChecks(network.Mode),
    ...hostNetworksOf(network).map((name) => ({
      reason: `missing host network "${name}"`,
      unique: true,
      passes: (node: Node) => hasHostNetwork(node, name),
    })),
  ]);
}

/** A bridge is made by plugins: where there are none, that is what is missing (job specification, `network`, "bridge"). */
const BRIDGE_PLUGIN: Constraint = {
  LTarget: '${attr.plugins.cni.version.bridge}',
  Operand: 'semver',
  RTarget: '>= 0.4.0',
};

function ownNetworkChecks(mode: string): Check[] {
  if (mode !== 'bridge' && !mode.startsWith('cni/')) return [];
  const has = (node: Node) => hasNetwork(node, mode);
  const plugin = constraintCheck(BRIDGE_PLUGIN);
  return [
    ...(mode === 'bridge' ? [{ ...plugin, passes: (node: Node) => has(node) || plugin.passes(node) }] : []),
    { reason: 'missing network', unique: true, passes: has },
  ];
}

function hasNetwork(node: Node, mode: string): boolean {
  const { Networks, NodeNetworks } = node.NodeResources;
  return [...(Networks ?? []), ...(NodeNetworks ?? [])].some((each) => each.Mode === mode);
}

function hostNetworksOf({ ReservedPorts, DynamicPorts }: NetworkResource): string[] {
  const names = [...(ReservedPorts ?? []), ...(DynamicPorts ?? [])].map((port) => port.HostNetwork);
  return [...new Set(names)].filter((name) => name !== '' && name !== 'default');
}

function hasHostNetwork(node: Node, name: string): boolean {
  return (node.NodeResources.NodeNetworks ?? []).some((network) =>
    (network.Addresses ?? []).some((address) => address.Alias === name),
  );
}
