import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { catalogKey } from '../state/tables.ts';
import type { Op, Value } from '../store/contract.ts';
import type { CheckEntry, NodeEntry, ServiceEntryRow } from './registration.ts';

/** What the catalog holds of one node. */
export type NodeRows = {
  readonly node: CatalogNodeRow | undefined;
  readonly services: ReadonlyMap<string, CatalogServiceRow>;
  readonly checks: ReadonlyMap<string, CatalogCheckRow>;
};

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
  read(node: string): Promise<NodeRows>;
  /** Resolves when it is durable and readable. Rejects when it could not be written: the caller tries again. */
  write(node: string, change: NodeChange): Promise<void>;
  /** Tells of rows of this node that changed, whoever changed them. Returns the function that ends it. */
  onChange(node: string, listener: () => void): () => void;
};

export function localCatalogWriter(state: State): CatalogWriter {
  const { catalogNodes, catalogServices, catalogChecks } = state.tables;
  return {
    async read(node) {
      const key = node.toLowerCase();
      return {
        node: catalogNodes.get(key),
        services: new Map([...catalogServices.by('node', key)].map((row) => [row.ServiceID, row])),
        checks: new Map([...catalogChecks.by('node', key)].map((row) => [row.CheckID, row])),
      };
    },
    async write(node, change) {
      const ops = opsOf(node, change);
      const { opsPerTxn } = state.limits;
      for (let from = 0; from < ops.length; from += opsPerTxn)
        await state.commit({ ops: ops.slice(from, from + opsPerTxn) });
    },
    onChange(node, listener) {
      const own = node.toLowerCase();
      return state.follow((set) => {
        const isOwn = set.changes.some(({ table, key }) =>
          table === 'catalogNodes' ? key === own : isOfNode[table] && key.startsWith(`${own}/`),
        );
        if (isOwn) listener();
      });
    },
  };
}

const isOfNode: Readonly<Record<string, boolean>> = { catalogServices: true, catalogChecks: true };

/** Removals last: an instance that replaces another is there before that one goes. */
function opsOf(node: string, change: NodeChange): Op[] {
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
