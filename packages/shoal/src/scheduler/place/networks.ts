import type { AllocatedPort, NetworkResource, Port, TaskGroup } from '@shoal/api';
import type { NodePorts } from '../cluster/node-ports.ts';
import { allNetworks } from './ask.ts';

/** The networks of an allocation with ports and addresses filled in. */
export type Networks = {
  /** Every host port, of the group's networks and of the tasks' own; null where there is none. */
  readonly Ports: AllocatedPort[] | null;
  readonly Networks: NetworkResource[] | null;
  readonly TaskNetworks?: Record<string, NetworkResource[]>;
};

const NONE: Networks = { Ports: null, Networks: null };

/** Chooses dynamic ports on a node that was found to have enough, and fills in the addresses. Takes nothing yet. */
export function assignNetworks(group: TaskGroup, node: NodePorts, random: (() => number) | undefined): Networks {
  const tasks = (group.Tasks ?? []).filter((task) => (task.Resources.Networks ?? []).length > 0);
  if (!group.Networks?.length && tasks.length === 0) return NONE;
  const picker = new PortPicker(node, fixedPorts(group), random);
  const networks = group.Networks?.map((network) => fill(network, '', picker)) ?? null;
  if (tasks.length === 0) return { Ports: picker.ports(), Networks: networks };
  const own = tasks.map((task) => [
    task.Name,
    (task.Resources.Networks ?? []).map((network) => fill(network, node.hostDevice, picker)),
  ]);
  return { Ports: picker.ports(), Networks: networks, TaskNetworks: Object.fromEntries(own) };
}

function fixedPorts(group: TaskGroup): ReadonlySet<number> {
  return new Set(allNetworks(group).flatMap(({ ReservedPorts }) => (ReservedPorts ?? []).map((port) => port.Value)));
}

function fill(network: NetworkResource, device: string, picker: PortPicker): NetworkResource {
  return {
    ...network,
    Device: network.Device || device,
    IP: picker.node.hostIp,
    MBits: network.MBits ?? 0,
    ReservedPorts: network.ReservedPorts?.map((port) => picker.fixed(port)) ?? null,
    DynamicPorts: network.DynamicPorts?.map((port) => picker.dynamic(port)) ?? null,
  };
}

const TRIES = 20;

class PortPicker {
  readonly node: NodePorts;
  readonly #fixed: ReadonlySet<number>;
  readonly #random: (() => number) | undefined;
  readonly #picked: AllocatedPort[] = [];

  constructor(node: NodePorts, fixed: ReadonlySet<number>, random: (() => number) | undefined) {
    this.node = node;
    this.#fixed = fixed;
    this.#random = random;
  }

  ports(): AllocatedPort[] | null {
    return this.#picked.length > 0 ? this.#picked : null;
  }

  fixed(port: Port): Port {
    return this.#give(port, port.Value);
  }

  dynamic(port: Port): Port {
    return this.#give(port, this.#free(this.#address(port)));
  }

  #give(port: Port, value: number): Port {
    // `to = -1`: the same number inside the task's network as on the host.
    const to = port.To === -1 ? value : port.To;
    this.#picked.push({ Label: port.Label, Value: value, To: to, HostIP: this.#address(port) });
    return { ...port, Value: value, To: to };
  }

  #address({ HostNetwork }: Port): string {
    return this.node.addressOf(HostNetwork) ?? '';
  }

  #free(address: string): number {
    const { min, max } = this.node;
    for (let tried = 0; this.#random && tried < TRIES; tried++) {
      const port = min + Math.floor(this.#random() * (max - min + 1));
      if (this.#isFree(address, port)) return port;
    }
    for (let port = min; port <= max; port++) if (this.#isFree(address, port)) return port;
    throw new Error(`no dynamic port left on ${address || 'the node'}: it was counted to have one`);
  }

  #isFree(address: string, port: number): boolean {
    if (this.#fixed.has(port) || this.node.has(address, port)) return false;
    return !this.#picked.some((each) => each.Value === port && each.HostIP === address);
  }
}
