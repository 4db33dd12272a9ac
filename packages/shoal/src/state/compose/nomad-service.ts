import type { NomadService, NomadServiceNames } from '@shoal/api';
import { clientStatus, isClientTerminal } from '../alloc-view.ts';
import type { Read } from '../read.ts';
import type { CatalogServiceRow } from '../rows.ts';

/**
 * Nomad's own services are rows of the catalog: the agent that runs an allocation keeps them there, and here they are seen with what Nomad knows of the
 * allocation. One whose allocation has ended, or whose node is down or disconnected, is gone, whatever the catalog still holds.
 */

/** The instances of a service in a namespace, or (`*`) in all. */
export function nomadServiceInstances(read: Read, namespace: string, name: string): NomadService[] {
  return inNamespace(composed(read, read.by(read.state.tables.catalogServices, 'ofNomad', name)), namespace);
}

export function allocationServices(read: Read, allocId: string): NomadService[] {
  return composed(read, read.by(read.state.tables.catalogServices, 'alloc', allocId));
}

/** Every service, by namespaces. */
export function nomadServiceNames(read: Read, namespace: string): NomadServiceNames[] {
  const { catalogServices } = read.state.tables;
  const rows = read.all(catalogServices).filter(({ NomadAllocID }) => NomadAllocID !== undefined);
  const byNamespace = new Map<string, Map<string, Set<string>>>();
  for (const { Namespace, ServiceName, Tags } of inNamespace(composed(read, rows), namespace)) {
    const names = entry(byNamespace, Namespace, () => new Map<string, Set<string>>());
    const tags = entry(names, ServiceName, () => new Set<string>());
    for (const tag of Tags) tags.add(tag);
  }
  return sorted(byNamespace).map(([Namespace, names]) => ({
    Namespace,
    Services: sorted(names).map(([ServiceName, tags]) => ({ ServiceName, Tags: [...tags].sort() })),
  }));
}

function composed(read: Read, rows: readonly CatalogServiceRow[]): NomadService[] {
  return rows.flatMap((row) => instance(read, row) ?? []).sort((a, b) => (a.ID < b.ID ? -1 : Number(a.ID > b.ID)));
}

function instance(read: Read, row: CatalogServiceRow): NomadService | undefined {
  const { allocs, allocStatus, nodes } = read.state.tables;
  const alloc = read.get(allocs, row.NomadAllocID ?? '');
  if (!alloc || isClientTerminal(clientStatus(alloc, read.get(allocStatus, alloc.ID)))) return undefined;
  const status = read.get(nodes, alloc.NodeID)?.Status;
  return status === 'down' || status === 'disconnected' ? undefined : nomadServiceOf(read, row);
}

/** The row as Nomad's API shows it, whatever becomes of its allocation; undefined when nothing is known of that any more. */
export function nomadServiceOf(read: Read, row: CatalogServiceRow): NomadService | undefined {
  const { allocs, nodes, catalogNodes } = read.state.tables;
  const alloc = read.get(allocs, row.NomadAllocID ?? '');
  const node = alloc && read.get(nodes, alloc.NodeID);
  if (!alloc || !node) return undefined;
  return {
    ID: row.ServiceID,
    ServiceName: row.ServiceName,
    Namespace: alloc.Namespace,
    NodeID: alloc.NodeID,
    Datacenter: node.Datacenter,
    JobID: alloc.JobID,
    AllocID: alloc.ID,
    Tags: row.ServiceTags,
    Address: row.ServiceAddress || (read.get(catalogNodes, row.Node.toLowerCase())?.Address ?? ''),
    Port: row.ServicePort,
    CreateIndex: row.CreateIndex,
    ModifyIndex: row.ModifyIndex,
  };
}

function inNamespace(services: readonly NomadService[], namespace: string): NomadService[] {
  return services.filter(({ Namespace }) => namespace === '*' || Namespace === namespace);
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function sorted<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
}
