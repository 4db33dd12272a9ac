import type { Node } from '@shoal/api';

/** Reads one side of a constraint, affinity or spread off a node; undefined where the node has no such thing. */
export type Target = {
  readonly read: (node: Node) => string | undefined;
  /** Nodes of one computed class may differ in it. */
  readonly unique: boolean;
};

const FIELDS: Record<string, (node: Node) => string | undefined> = {
  'node.unique.id': (node) => node.ID,
  'node.unique.name': (node) => node.Name,
  'node.datacenter': (node) => node.Datacenter,
  'node.class': (node) => node.NodeClass,
  'node.pool': (node) => node.NodePool || 'default',
};

/** Job specification, "interpolation": `${node.…}`, `${attr.…}`, `${meta.…}`; anything else stands for itself. */
export function target(text: string): Target {
  const name = /^\$\{([^}]*)\}$/.exec(text)?.[1];
  if (name === undefined) return { read: () => text, unique: false };
  const unique = name.includes('.unique.') || name.startsWith('unique.');
  if (name.startsWith('attr.')) return { read: (node) => own(node.Attributes, name.slice(5)), unique };
  if (name.startsWith('meta.')) return { read: (node) => own(node.Meta, name.slice(5)), unique };
  return { read: FIELDS[name] ?? (() => undefined), unique };
}

function own(map: Readonly<Record<string, string>> | null, key: string): string | undefined {
  return map && Object.hasOwn(map, key) ? map[key] : undefined;
}
