import type { AllocatedPort, Node } from '@shoal/api';
import { PortSet, parsePorts } from './port-set.ts';

const DEFAULT_MIN = 20_000;
const DEFAULT_MAX = 32_000;

/** The ports of one node, by address; host networks are names of addresses. */
export class NodePorts {
  min = DEFAULT_MIN;
  max = DEFAULT_MAX;
  /** The address of the node's host network: what an allocation's network shows as its IP. */
  hostIp = '';
  hostDevice = '';
  readonly #byAddress = new Map<string, PortSet>();
  readonly #byNetwork = new Map<string, string>();
  /** By address: free ports in the dynamic range, as long as nothing there changed. */
  readonly #free = new Map<string, number>();

  /** Takes addresses and reservations from the node's row; ports in use stay in use. */
  configure(node: Node): void {
    const { NodeResources: resources, ReservedResources: reserved } = node;
    this.min = resources.MinDynamicPort || DEFAULT_MIN;
    this.max = resources.MaxDynamicPort || DEFAULT_MAX;
    this.#byNetwork.clear();
    this.#free.clear();
    const everywhere = parsePorts(reserved.Networks.ReservedHostPorts ?? '');
    const reservations = new Map<string, number[]>();
    for (const { alias, address, ports } of addressesOf(node)) {
      if (!this.#byNetwork.has(alias)) this.#byNetwork.set(alias, address);
      reservations.set(address, [...(reservations.get(address) ?? everywhere), ...ports]);
    }
    for (const [address, ports] of reservations) this.#on(address).reserve(ports);
    const host = resources.Networks?.find((each) => each.IP !== '');
    this.hostIp = this.#byNetwork.get('default') ?? host?.IP ?? '';
    this.hostDevice = host?.Device ?? '';
  }

  /** The address that a host network stands for on this node. */
  addressOf(hostNetwork: string): string | undefined {
    return this.#byNetwork.get(hostNetwork || 'default');
  }

  has(address: string, port: number): boolean {
    return this.#byAddress.get(address)?.has(port) ?? false;
  }

  take(port: AllocatedPort): void {
    this.#on(port.HostIP).take(port.Value);
    this.#free.delete(port.HostIP);
  }

  release(port: AllocatedPort): void {
    this.#on(port.HostIP).release(port.Value);
    this.#free.delete(port.HostIP);
  }

  freeDynamic(address: string): number {
    const known = this.#free.get(address);
    if (known !== undefined) return known;
    const all = this.max - this.min + 1;
    const free = all - (this.#byAddress.get(address)?.countTaken(this.min, this.max) ?? 0);
    this.#free.set(address, free);
    return free;
  }

  #on(address: string): PortSet {
    const found = this.#byAddress.get(address);
    if (found) return found;
    const made = new PortSet();
    this.#byAddress.set(address, made);
    return made;
  }
}

type NamedAddress = { alias: string; address: string; ports: number[] };

function addressesOf(node: Node): NamedAddress[] {
  const named = (node.NodeResources.NodeNetworks ?? []).flatMap((network) =>
    (network.Addresses ?? []).map((each) => ({
      alias: each.Alias || 'default',
      address: each.Address,
      ports: parsePorts(each.ReservedPorts ?? ''),
    })),
  );
  const plain = (node.NodeResources.Networks ?? [])
    .filter((each) => each.IP !== '')
    .map((each) => ({
      alias: 'default',
      address: each.IP,
      ports: (each.ReservedPorts ?? []).map((port) => port.Value),
    }));
  return [...named, ...plain];
}
