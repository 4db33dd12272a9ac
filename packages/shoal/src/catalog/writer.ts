import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { catalogKey } from '../state/tables.ts';
import type { Change, Op, Value } from '../store/contract.ts';
import type { CheckEntry, NodeEntry, ServiceEntryRow } from './registration.ts';

/** What the catalog holds of one node. */
export type NodeRows = {
  readonly node: CatalogNodeRow | undefined;
  readonly services: ReadonlyMap<string, CatalogServiceRow>;
  readonly checks: ReadonlyMap<string, CatalogCheckRow>;
};

/** Which rows of a node are meant. */
export type NodeScope = 'all' | { readonly services: ReadonlySet<string>; readonly checks: ReadonlySet<string> };

/** A correction of one node's rows. */
export type NodeChange = {
  readonly node?: NodeEntry;
  readonly services: readonly ServiceEntryRow[];
  readonly checks: readonly CheckEntry[];
  readonly removeServices: readonly string[];
  readonly removeChecks: readonly string[];
};

/** How an agent's replica reaches the catalog: on a server its own state, on a client the servers. */
export type CatalogWriter = {
  /** The node's own row is always among them. */
  read(node: string, scope: NodeScope): Promise<NodeRows>;
  /** Resolves when it is durable and readable. Rejects when it could not be written: the caller tries again. */
  write(node: string, change: NodeChange): Promise<void>;
  /** Tells of rows of this node that changed, whoever changed them. Returns the function that ends it. */
  onChange(node: string, listener: (scope: NodeScope) => void): () => void;
};

export function localCatalogWriter(state: State): CatalogWriter {
  const { catalogNodes, catalogServices, catalogChecks } = state.tables;
  return {
    async read(node, scope) {
      const key = node.toLowerCase();
      const row = catalogNodes.get(key);
      if (scope !== 'all') {
        const services = pick(scope.services, (id) => catalogServices.get(catalogKey(node, id)));
        return { node: row, services, checks: pick(scope.checks, (id) => catalogChecks.get(catalogKey(node, id))) };
      }
      return {
        node: row,
        services: new Map([...catalogServices.by('node', key)].map((service) => [service.ServiceID, service])),
        checks: new Map([...catalogChecks.by('node', key)].map((check) => [check.CheckID, check])),
      };
    },
    async write(node, change) {
      const ops = opsOf(node, change);
      const { opsPerTxn } = state.limits;
      for (let from = 0; from < ops.length; from += opsPerTxn)
        await state.commit({ ops: ops.slice(from, from + opsPerTxn) });
    },
    onChange: (node, listener) => followNode(state, node, listener),
  };
}

export function followNode(state: State, node: string, listener: (scope: NodeScope) => void): () => void {
  return state.follow((set) => {
    const scope = scopeOf(node.toLowerCase(), set.changes);
    if (scope) listener(scope);
  });
}

function pick<R>(ids: ReadonlySet<string>, rowOf: (id: string) => R | undefined): Map<string, R> {
  const rows = new Map<string, R>();
  for (const id of ids) {
    const row = rowOf(id);
    if (row) rows.set(id, row);
  }
  return rows;
}

function scopeOf(node: string, changes: readonly Change[]): NodeScope | undefined {
  const ids = { catalogServices: new Set<string>(), catalogChecks: new Set<string>() };
  let touched = false;
  for (const { table, key } of changes) {
    if (table === 'catalogNodes' && key === node) touched = true;
    if (table !== 'catalogServices' && table !== 'catalogChecks') continue;
    if (key.startsWith(`${node}/`)) ids[table].add(key.slice(node.length + 1));
  }
  touched ||= ids.catalogServices.size + ids.catalogChecks.size > 0;
  return touched ? { services: ids.catalogServices, checks: ids.catalogChecks } : undefined;
}

/** Removals last: an instance that replaces another is there before that one goes. */
export function opsOf(node: string, change: NodeChange): Op[] {
  const put = (table: string, key: string, value: Value): Op => ({ kind: 'put', table, key, value });
  const remove = (table: string, id: string): Op => ({ kind: 'delete', table, key: catalogKey(node, id) });
  return [
    ...(change.node ? [put('catalogNodes', node.toLowerCase(), change.node)] : []),
    ...change.services.map((row) => put('catalogServices', catalogKey(node, row.ServiceID), row)),
    ...change.checks.map((row) => put('catalogChecks', catalogKey(node, row.CheckID), row)),
    ...change.removeServices.map((id) => remove('catalogServices', id)),
    ...change.removeChecks.map((id) => remove('catalogChecks', id)),
  ];
}
