import type { State } from '../state/state.ts';
import { catalogKey } from '../state/tables.ts';
import { CONSUL_SERVICE, SERF_HEALTH } from './self.ts';

/** An agent of the cluster, as its catalog knows it. */
export type CatalogMember = {
  readonly name: string;
  readonly address: string;
  /** The agents' port of a server; 0 of others, which have none. */
  readonly port: number;
  readonly id: string;
  readonly role: 'server' | 'client';
  readonly status: 'alive' | 'failed';
};

/**
 * All agents: the nodes of the catalog that say of themselves that they are alive (`serfHealth`). Nodes that somebody registered by hand are none.
 * Every agent finds them in what it holds anyway, so the list is there while no server answers.
 */
export function catalogMembers({ tables: { catalogNodes, catalogServices, catalogChecks } }: State): CatalogMember[] {
  return [...catalogNodes.scan()].flatMap((node): CatalogMember[] => {
    const health = catalogChecks.get(catalogKey(node.Node, SERF_HEALTH));
    if (!health) return [];
    const server = catalogServices.get(catalogKey(node.Node, CONSUL_SERVICE));
    const status = health.Status === 'critical' ? 'failed' : 'alive';
    const place = { address: node.Address, port: server?.ServicePort ?? 0 };
    return [{ name: node.Node, id: node.ID, ...place, role: server ? 'server' : 'client', status }];
  });
}
