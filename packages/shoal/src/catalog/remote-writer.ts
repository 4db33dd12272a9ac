import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { CatalogMirror } from './mirror/mirror.ts';
import {
  type CatalogWriter,
  followNode,
  localCatalogWriter,
  type NodeChange,
  type NodeRows,
  type NodeScope,
  opsOf,
} from './writer.ts';

/** A scope and a node's rows as they travel. */
export type SentScope = 'all' | { readonly services: readonly string[]; readonly checks: readonly string[] };
export type SentRows = {
  readonly node: CatalogNodeRow | null;
  readonly services: readonly CatalogServiceRow[];
  readonly checks: readonly CatalogCheckRow[];
};

/** A server's catalog, as the agent's connection offers it. Rejections are passed on. */
export type RemoteCatalog = {
  /** While this is so, nothing is asked of the servers. */
  isAway(): boolean;
  read(node: string, scope: SentScope): Promise<SentRows>;
  write(node: string, change: NodeChange): Promise<{ index: number }>;
};

const MIRRORED_WITHIN_MS = 2_000;

/**
 * The catalog for an agent that is no server. While the servers are away, its own rows are kept in its mirror alone, so that its own DNS tells what
 * its checks find; they reach the servers when they are back (`CatalogSync.resync`).
 */
export function remoteCatalogWriter(remote: RemoteCatalog, mirror: CatalogMirror, state: State): CatalogWriter {
  const own = localCatalogWriter(state);
  return {
    async read(node, scope) {
      return remote.isAway() ? own.read(node, scope) : receivedRows(await remote.read(node, sentScope(scope)));
    },
    async write(node, change) {
      if (remote.isAway()) return mirror.writeOwn(opsOf(node, change));
      const { index } = await remote.write(node, change);
      await mirror.reached(index, MIRRORED_WITHIN_MS);
    },
    onChange: (node, listener) => followNode(state, node, listener),
  };
}

function sentScope(scope: NodeScope): SentScope {
  return scope === 'all' ? scope : { services: [...scope.services], checks: [...scope.checks] };
}

function receivedRows({ node, services, checks }: SentRows): NodeRows {
  return {
    node: node ?? undefined,
    services: new Map(services.map((row) => [row.ServiceID, row])),
    checks: new Map(checks.map((row) => [row.CheckID, row])),
  };
}

/** The other end: what a server reads for an agent. */
export function sentRows({ node, services, checks }: NodeRows): SentRows {
  return { node: node ?? null, services: [...services.values()], checks: [...checks.values()] };
}

export function receivedScope(scope: unknown): NodeScope {
  if (scope === 'all' || typeof scope !== 'object' || scope === null) return 'all';
  const { services, checks } = scope as Partial<Record<'services' | 'checks', unknown>>;
  return { services: new Set(texts(services)), checks: new Set(texts(checks)) };
}

/** What another agent wants to write; undefined when it is no change. */
export function receivedChange(sent: unknown): NodeChange | undefined {
  if (typeof sent !== 'object' || sent === null) return undefined;
  const change = sent as NodeChange;
  const lists = [change.services, change.checks, change.removeServices, change.removeChecks];
  return lists.every(Array.isArray) ? change : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
