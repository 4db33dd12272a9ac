import { worstStatus } from '../catalog/health.ts';
import type { ViewInstance, ViewNode } from '../dns/view.ts';
import { areTexts, type HealthEntry, isTexts, object } from './health-entry.ts';

/** Instances of another datacenter as DNS reads them. */
export function viewInstances(entries: readonly HealthEntry[]): ViewInstance[] {
  return entries.map(({ Node, Service, Checks }) => {
    const virtual = Service.TaggedAddresses?.['virtual'] ?? Service.TaggedAddresses?.['consul-virtual'];
    const { Passing: passing, Warning: warning } = Service.Weights ?? { Passing: 1, Warning: 1 };
    return {
      id: Service.ID,
      name: Service.Service,
      node: viewNode(Node),
      address: Service.Address,
      ...(virtual && { virtualAddress: virtual.Address }),
      port: Service.Port,
      tags: Service.Tags ?? [],
      weights: { passing, warning },
      health: worstStatus(Checks ?? []),
      modifyIndex: 0,
    };
  });
}

/** Of `GET /v1/catalog/node/NAME`; undefined when there is no such node. Throws when it makes no sense. */
export function catalogNode(value: unknown): ViewNode | undefined {
  if (value === null || value === undefined) return undefined;
  const node = object(object(value)['Node']);
  if (!areTexts(node['Node'], node['Address']) || !isTexts(node['Meta'])) throw new Error('the answer is no node');
  return viewNode(node as HealthEntry['Node']);
}

function viewNode({ Node, Address, Meta }: HealthEntry['Node']): ViewNode {
  return { name: Node, address: Address, meta: Meta ?? {} };
}
