import { catalogKey } from '../../state/tables.ts';
import { CatalogInvalidError } from '../errors.ts';
import { type Overlay, stamped, type Version } from '../overlay.ts';
import { type CheckSource, checkEntry, nodeEntry, serviceEntry, validateNode } from '../register.ts';
import type {
  CheckRegistrationBody,
  NodeRegistrationBody,
  ServiceEntryRow,
  ServiceRegistrationBody,
} from '../registration.ts';
import type { TxnResult } from './txn.ts';

/** Operations of `/v1/txn` on nodes, services and checks. The verbs are those of keys. `index` is compared by `cas` and `delete-cas`. */
export type CatalogOperation = { readonly verb: string; readonly index: number } & (
  | { readonly kind: 'node'; readonly node: NodeRegistrationBody }
  | { readonly kind: 'service'; readonly nodeName: string; readonly service: ServiceRegistrationBody }
  | { readonly kind: 'check'; readonly check: CheckRegistrationBody }
);

/** Results, or what is wrong. */
export function applyCatalog(view: Overlay, operation: CatalogOperation, datacenter: string): TxnResult[] | string {
  try {
    switch (operation.kind) {
      case 'node':
        return applyNode(view, operation, datacenter);
      case 'service':
        return applyService(view, operation);
      case 'check':
        return applyCheck(view, operation);
    }
  } catch (error) {
    if (error instanceof CatalogInvalidError) return error.message;
    throw error;
  }
}

type Kind = 'catalogNodes' | 'catalogServices' | 'catalogChecks';
/** What the verbs do to one row; `put` and `remove` also do what hangs on it. */
type Target = {
  readonly kind: TxnResult['kind'];
  readonly table: Kind;
  readonly key: string;
  /** For messages: `node "n"`. */
  readonly what: string;
  readonly put: () => Version<Kind>;
  readonly remove: () => void;
};

function applyVerb(view: Overlay, { verb, index }: CatalogOperation, target: Target): TxnResult[] | string {
  const { table, key, what } = target;
  const isStale = () => view.indexOf(table, key) !== index;
  switch (verb) {
    case 'get': {
      const held = view.get(table, key);
      return held ? [shown(target, held)] : `${what} doesn't exist`;
    }
    case 'set':
      return [shown(target, target.put())];
    case 'cas':
      return isStale() ? `failed to set ${what}, index is stale` : [shown(target, target.put())];
    case 'delete-cas':
      if (!view.get(table, key) || isStale()) return `failed to delete ${what}, index is stale`;
      target.remove();
      return [];
    case 'delete':
      target.remove();
      return [];
    default:
      return `unknown ${target.kind[0]?.toUpperCase()}${target.kind.slice(1)} verb ${JSON.stringify(verb)}`;
  }
}

function applyNode(view: Overlay, operation: CatalogOperation & { kind: 'node' }, datacenter: string) {
  const { node } = operation;
  if (node.Node === '') return 'Must provide node';
  const key = node.Node.toLowerCase();
  return applyVerb(view, operation, {
    kind: 'node',
    table: 'catalogNodes',
    key,
    what: `node ${JSON.stringify(node.Node)}`,
    put() {
      validateNode(node);
      return view.put(
        'catalogNodes',
        key,
        nodeEntry(node, view.get('catalogNodes', key)?.entry.Node ?? node.Node, datacenter),
      );
    },
    remove() {
      view.remove('catalogNodes', key);
      for (const table of ['catalogServices', 'catalogChecks'] as const)
        for (const found of view.keys(table, `${key}/`)) view.remove(table, found);
    },
  });
}

function applyService(view: Overlay, operation: CatalogOperation & { kind: 'service' }) {
  const { service, nodeName } = operation;
  const id = service.ID || service.Service;
  if (nodeName === '') return 'Must provide node';
  if (id === '') return 'Must provide service ID or name';
  const key = catalogKey(nodeName, id);
  return applyVerb(view, operation, {
    kind: 'service',
    table: 'catalogServices',
    key,
    what: `service ${JSON.stringify(id)} on node ${JSON.stringify(nodeName)}`,
    put() {
      const node = knownNode(view, nodeName);
      const entry = serviceEntry(service, node);
      if (!entry) throw new CatalogInvalidError('Must provide service name with ID');
      for (const check of checksOf(view, nodeName, id)) {
        const held = view.get('catalogChecks', check)?.entry;
        if (held)
          view.put('catalogChecks', check, { ...held, ServiceName: entry.ServiceName, ServiceTags: entry.ServiceTags });
      }
      return view.put('catalogServices', key, entry);
    },
    remove() {
      view.remove('catalogServices', key);
      for (const check of checksOf(view, nodeName, id)) view.remove('catalogChecks', check);
    },
  });
}

function applyCheck(view: Overlay, operation: CatalogOperation & { kind: 'check' }) {
  const { check } = operation;
  const id = check.CheckID || check.Name;
  if (check.Node === '') return 'Must provide node';
  if (id === '') return 'Must provide check ID or name';
  const key = catalogKey(check.Node, id);
  const services: CheckSource = (service) => view.get('catalogServices', catalogKey(check.Node, service))?.entry;
  return applyVerb(view, operation, {
    kind: 'check',
    table: 'catalogChecks',
    key,
    what: `check ${JSON.stringify(id)} on node ${JSON.stringify(check.Node)}`,
    put: () => view.put('catalogChecks', key, checkEntry(services, check, knownNode(view, check.Node))),
    remove: () => view.remove('catalogChecks', key),
  });
}

function knownNode(view: Overlay, name: string): string {
  const node = view.get('catalogNodes', name.toLowerCase());
  if (!node) throw new CatalogInvalidError('Missing node registration');
  return node.entry.Node;
}

function checksOf(view: Overlay, node: string, service: ServiceEntryRow['ServiceID']): string[] {
  const keys = view.keys('catalogChecks', `${node.toLowerCase()}/`);
  return keys.filter((key) => view.get('catalogChecks', key)?.entry.ServiceID === service);
}

function shown({ kind }: Target, version: Version<Kind>): TxnResult {
  return { kind, row: (index: number) => stamped(version, index) } as TxnResult;
}
