import { BlockList, isIP } from 'node:net';
import type { NetworkResource, NodeNetwork, NodeNetworkAddress } from '@shoal/api';
import type { HostNetwork, NodeConfig } from '../node-config.ts';
import type { Fingerprint, Machine } from './fingerprint.ts';

/** Mbit/s where the interface does not tell (virtual ones, the loopback). */
const UNKNOWN_SPEED = 1_000;

type Interface = ReturnType<Machine['interfaces']>[string][number];

/**
 * The interface that tasks are reached at: the configured one, or that of the default route, or the first that is up. Its addresses are the host
 * network "default"; beside it are those of the configured host networks.
 */
export const networkFingerprint: Fingerprint = {
  name: 'network',
  periodic: false,
  async run({ machine, config }) {
    const all = machine.interfaces();
    const routes = (await machine.readText('/proc/net/route')) ?? '';
    const device = config.networkInterface || defaultInterface(routes) || firstUsable(all);
    const addresses = ordered(all[device ?? ''] ?? [], config.preferredFamily);
    const [main] = addresses;
    if (device === undefined || main === undefined) return {};
    const speed = config.networkSpeed || (await linkSpeed(machine, device));
    return {
      attributes: { 'unique.network.ip-address': main.address },
      networks: addresses.map((address) => networkResource(device, address, speed)),
      nodeNetworks: await nodeNetworks(device, machine, config),
    };
  },
};

/** The device of the default route in /proc/net/route; of several the one with the smallest metric. */
export function defaultInterface(routes: string): string | undefined {
  const rows = routes
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([device, destination]) => device !== '' && destination === '00000000')
    .sort((a, b) => Number(a[6]) - Number(b[6]));
  return rows[0]?.[0];
}

function firstUsable(all: ReturnType<Machine['interfaces']>): string | undefined {
  const names = Object.keys(all);
  return names.find((name) => all[name]?.some(({ internal }) => !internal)) ?? names[0];
}

// The first address is what tasks are given. Link-local addresses reach nobody without a zone.
function ordered(addresses: Interface[], preferred: NodeConfig['preferredFamily'] = 'ipv4'): Interface[] {
  const usable = addresses.filter(({ address }) => !address.toLowerCase().startsWith('fe80:'));
  return usable.sort(
    (a, b) => Number(a.family.toLowerCase() !== preferred) - Number(b.family.toLowerCase() !== preferred),
  );
}

async function linkSpeed(machine: Machine, device: string): Promise<number> {
  const speed = Number(await machine.readText(`/sys/class/net/${device}/speed`));
  return speed > 0 ? speed : UNKNOWN_SPEED;
}

function networkResource(device: string, { address, family }: Interface, speed: number): NetworkResource {
  return {
    Mode: 'host',
    Device: device,
    CIDR: `${address}/${family === 'IPv4' ? 32 : 128}`,
    IP: address,
    MBits: speed,
    DNS: null,
    ReservedPorts: null,
    DynamicPorts: null,
  };
}

/** Each interface that has an address in a host network. */
async function nodeNetworks(
  device: string,
  machine: Machine,
  { hostNetworks, preferredFamily }: NodeConfig,
): Promise<NodeNetwork[]> {
  const standard: HostNetwork = { name: 'default', cidr: undefined, interface: device, reservedPorts: '' };
  const networks = Object.entries(machine.interfaces()).map(
    async ([name, all]): Promise<NodeNetwork> => ({
      Mode: 'host',
      Device: name,
      MacAddress: all[0]?.mac ?? '',
      Speed: await linkSpeed(machine, name),
      Addresses: [standard, ...hostNetworks].flatMap((network) =>
        addressesIn(network, name, ordered(all, preferredFamily)),
      ),
    }),
  );
  // The default network first: a node without others has one entry.
  const found = (await Promise.all(networks)).filter(({ Addresses }) => (Addresses ?? []).length > 0);
  return found.sort((a, b) => Number(b.Device === device) - Number(a.Device === device));
}

function addressesIn(network: HostNetwork, device: string, addresses: Interface[]): NodeNetworkAddress[] {
  if (network.interface !== undefined && network.interface !== device) return [];
  return addresses
    .filter(({ address }) => network.cidr === undefined || isIn(address, network.cidr))
    .map(({ address, family }) => ({
      Family: family === 'IPv4' ? 'ipv4' : 'ipv6',
      Alias: network.name,
      Address: address,
      ReservedPorts: network.reservedPorts,
      Gateway: '',
    }));
}

function isIn(address: string, cidr: string): boolean {
  const [base = '', bits] = cidr.split('/');
  if (isIP(base) === 0 || isIP(base) !== isIP(address)) return false;
  const family = isIP(base) === 4 ? 'ipv4' : 'ipv6';
  const network = new BlockList();
  network.addSubnet(base, Number(bits), family);
  return network.check(address, family);
}
