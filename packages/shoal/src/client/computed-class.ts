import { createHash } from 'node:crypto';
import type { Node } from '@shoal/api';

/** What is particular to one node carries this in its name, and takes no part in its class. */
const UNIQUE = 'unique.';

/**
 * A digest that is equal for nodes that a constraint cannot tell apart: class, pool, datacenter, attributes and meta that are not unique, and the
 * drivers' attributes among these. The scheduler looks at one node of a class instead of at all of them.
 */
export function computedClass(
  node: Pick<Node, 'NodeClass' | 'NodePool' | 'Datacenter' | 'Attributes' | 'Meta' | 'HostVolumes'> & {
    NodeResources: Pick<Node['NodeResources'], 'Devices'>;
  },
): string {
  const shared = {
    class: node.NodeClass,
    pool: node.NodePool ?? 'default',
    datacenter: node.Datacenter,
    attributes: sharedEntries(node.Attributes),
    meta: sharedEntries(node.Meta ?? {}),
    volumes: Object.keys(node.HostVolumes ?? {}).sort(),
    devices: node.NodeResources.Devices ?? [],
  };
  const digest = createHash('sha256').update(JSON.stringify(shared)).digest();
  return `v1:${digest.readBigUInt64BE()}`;
}

function sharedEntries(values: Record<string, string>): [string, string][] {
  return Object.entries(values)
    .filter(([key]) => !key.startsWith(UNIQUE) && !key.includes(`.${UNIQUE}`))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
