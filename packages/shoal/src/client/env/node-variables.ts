import type { Node } from '@shoal/api';

/** What `${node.*}`, `${attr.*}` and `${meta.*}` stand for on a node, by full name (`attr.kernel.name`). */
export function nodeVariables(node: Node, region: string): Map<string, string> {
  return new Map([
    ['node.unique.id', node.ID],
    ['node.unique.name', node.Name],
    ['node.datacenter', node.Datacenter],
    ['node.region', region],
    ['node.class', node.NodeClass],
    ['node.pool', node.NodePool ?? 'default'],
    ...prefixed('attr', node.Attributes),
    ...prefixed('meta', node.Meta ?? {}),
  ]);
}

function prefixed(prefix: string, values: Record<string, string>): [string, string][] {
  return Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]);
}
