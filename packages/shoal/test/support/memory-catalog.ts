import { addressText, parseAddress } from '../../src/dns/address.ts';
import type { CatalogView, ViewChange, ViewInstance, ViewNode } from '../../src/dns/view.ts';

/** The body of `PUT /v1/catalog/register`, as far as DNS sees it. */
export type Registration = {
  Node: string;
  Address: string;
  NodeMeta?: Record<string, string>;
  Service?: {
    ID?: string;
    Service: string;
    Port?: number;
    Tags?: string[];
    Address?: string;
    /** The tagged address `virtual`. */
    Virtual?: string;
    Weights?: { Passing: number; Warning: number };
  };
  /** Health of the instance; 'passing' when absent. */
  health?: ViewInstance['health'];
};

/** A catalog in memory behind the view that DNS reads. */
export function memoryCatalog(
  registrations: readonly Registration[] = [],
): CatalogView & { register(one: Registration): void } {
  const nodes = new Map<string, ViewNode>();
  const instances = new Map<string, ViewInstance>();
  const listeners = new Set<(change: ViewChange) => void>();
  const view = {
    datacenter: 'dc1',
    service(name: string) {
      const found = [...instances.values()].filter((instance) => instance.name.toLowerCase() === name);
      return found.length > 0 ? found : undefined;
    },
    node: (name: string) => nodes.get(name),
    nodeAt: (address: string) => [...nodes.values()].find((node) => canonical(node.address) === address),
    instanceAt: (address: string) => [...instances.values()].find((one) => canonical(one.address) === address),
    onChange(listener: (change: ViewChange) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    register,
  };
  for (const one of registrations) register(one);
  return view;

  function register(one: Registration): void {
    const node = { name: one.Node, address: one.Address, meta: one.NodeMeta ?? {} };
    nodes.set(one.Node.toLowerCase(), node);
    if (one.Service) instances.set(`${one.Node} ${one.Service.ID ?? one.Service.Service}`, instanceOf(one, node));
    const services = one.Service ? [one.Service.Service.toLowerCase()] : [];
    for (const listener of listeners) listener({ services, nodes: [one.Node.toLowerCase()] });
  }

  function instanceOf(one: Registration, node: ViewNode): ViewInstance {
    const { ID, Service = '', Address = '', Port = 0, Tags = [], Weights, Virtual } = one.Service ?? {};
    const weights = { passing: Weights?.Passing ?? 1, warning: Weights?.Warning ?? 1 };
    const id = ID ?? Service;
    const rest = { port: Port, tags: Tags, weights, health: one.health ?? 'passing', modifyIndex: instances.size + 1 };
    const virtual = Virtual === undefined ? {} : { virtualAddress: Virtual };
    return { id, name: Service, node, address: Address, ...virtual, ...rest };
  }
}

function canonical(address: string): string | undefined {
  const parsed = parseAddress(address);
  return parsed && addressText(parsed.bytes);
}
