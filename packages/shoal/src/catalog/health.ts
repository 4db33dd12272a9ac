import type { CheckStatus } from '@shoal/api';
import type { Read } from '../state/read.ts';
import type { CatalogCheckRow, CatalogNodeRow, CatalogServiceRow } from '../state/rows.ts';
import { catalogKey } from '../state/tables.ts';

/** An instance of a service with its node and all checks that speak of its health: the node's and its own. */
export type Instance = {
  readonly node: CatalogNodeRow;
  readonly service: CatalogServiceRow;
  readonly checks: readonly CatalogCheckRow[];
};

/** The node's row and each instance; an instance whose node has no row (it is being removed) is left out. */
export function serviceRows(read: Read, name: string): Omit<Instance, 'checks'>[] {
  return onNodes(read, read.by(read.state.tables.catalogServices, 'name', name.toLowerCase()));
}

export function serviceInstances(read: Read, name: string): Instance[] {
  return instancesOf(read, read.by(read.state.tables.catalogServices, 'name', name.toLowerCase()));
}

export function instancesOf(read: Read, services: readonly CatalogServiceRow[]): Instance[] {
  return onNodes(read, services).map((instance) => ({ ...instance, checks: checksOf(read, instance.service) }));
}

function onNodes(read: Read, services: readonly CatalogServiceRow[]): Omit<Instance, 'checks'>[] {
  return services.flatMap((service) => {
    const node = read.get(read.state.tables.catalogNodes, service.Node.toLowerCase());
    return node ? [{ node, service }] : [];
  });
}

/** Node checks are those of the service id ''. */
function checksOf(read: Read, { Node, ServiceID }: CatalogServiceRow): CatalogCheckRow[] {
  const { catalogChecks } = read.state.tables;
  const ofNode = read.by(catalogChecks, 'service', catalogKey(Node, ''));
  return [...ofNode, ...read.by(catalogChecks, 'service', catalogKey(Node, ServiceID))];
}

/** The worst counts; no check at all is passing. Maintenance is a critical check. */
export function worstStatus(checks: Iterable<{ readonly Status: CheckStatus }>): CheckStatus {
  let worst: CheckStatus = 'passing';
  for (const { Status } of checks) {
    if (Status === 'critical') return 'critical';
    if (Status === 'warning') worst = 'warning';
  }
  return worst;
}
