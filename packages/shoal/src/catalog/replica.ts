import type { CatalogCheckRow, CatalogServiceRow } from '../state/rows.ts';
import { sameEntry } from './register.ts';
import { type CheckEntry, type ServiceEntryRow, withAddressFamilies } from './registration.ts';
import type { RegisteredCheck, ServiceDefinition } from './registry/definitions.ts';

/** How what is registered here reads in the catalog. `held` is the row that is there now; without it the registration has the last word. */
export function serviceReplica(node: string, service: ServiceDefinition, held?: CatalogServiceRow): ServiceEntryRow {
  const tagged = withAddressFamilies(service.taggedAddresses, service.address, service.port);
  return {
    Node: node,
    ServiceID: service.id,
    ServiceName: service.name,
    ServiceKind: service.kind,
    // Whoever changed the tags in the catalog was invited to.
    ServiceTags: service.enableTagOverride && held ? held.ServiceTags : service.tags,
    ServiceAddress: service.address,
    ...(Object.keys(tagged).length > 0 && { ServiceTaggedAddresses: tagged }),
    ServiceWeights: service.weights,
    ServiceMeta: service.meta,
    ServicePort: service.port,
    ServiceEnableTagOverride: service.enableTagOverride,
    ...(service.socketPath !== undefined && { ServiceSocketPath: service.socketPath }),
    ...(service.proxy && { ServiceProxy: service.proxy }),
    ...(service.native && { ServiceNative: service.native }),
    ...(service.nomadAllocId !== undefined && { NomadAllocID: service.nomadAllocId }),
  };
}

export function checkReplica(node: string, check: RegisteredCheck, service: ServiceDefinition | undefined): CheckEntry {
  const { definition } = check;
  return {
    Node: node,
    CheckID: definition.id,
    Name: definition.name,
    Status: check.status,
    Notes: definition.notes,
    Output: check.output,
    ServiceID: definition.serviceId,
    ServiceName: service?.name ?? '',
    ServiceTags: service?.tags ?? [],
    Type: definition.run.kind,
    Definition: {},
  };
}

export type Difference = 'none' | 'output' | 'all';

/** A check's output alone may wait; anything else is told at once. */
export function checkDifference(row: CatalogCheckRow | undefined, entry: CheckEntry): Difference {
  if (!row) return 'all';
  if (sameEntry(row, entry)) return 'none';
  return sameEntry({ ...row, Output: '' }, { ...entry, Output: '' }) ? 'output' : 'all';
}
