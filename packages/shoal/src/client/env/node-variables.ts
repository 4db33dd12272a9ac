import type { Node } from '@shoal/api';

const known = new WeakMap<Node, Map<string, string>>();

/** What `${node.*}`, `${attr.*}` and `${meta.*}` stand for on a node, by full name (`attr.kernel.name`). */
export function nodeVariables(node: Node, region: string): Map<string, string> {
  // The same for all tasks of a node, until it changes: then it is another object.
  const before = known.get(node);
  if (before?.get('node.region') === region) return before;
  const variables = new Map([
    ['node.unique.id', node.ID],
    ['node.unique.name', node.Name],
    ['node.datacenter', node.Datacenter],
    ['node.region', region],
    ['node.class', node.NodeClass],
    ['node.pool', node.NodePool ?? 'default'],
    ...prefixed('attr', node.Attributes),
    ...prefixed('meta', node.Meta ?? {}),
  ]);
  known.set(node, variables);
  return variables;
}

function prefixed(prefix: string, values: Record<string, string>): [string, string][] {
  return Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, value]);
}
