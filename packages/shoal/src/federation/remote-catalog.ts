import { queryTtl } from '../catalog/queries/execute.ts';
import type { FoundQuery, Looked, RemoteView, ViewInstance, ViewNode } from '../dns/view.ts';
import { type HealthEntry, healthEntries, object } from './health-entry.ts';
import type { KeptReadings } from './kept-readings.ts';
import { catalogNode, viewInstances } from './view-instances.ts';

/** The catalog of another datacenter, as DNS and prepared queries read it. */
export type RemoteCatalog = RemoteView & {
  /** The same instances with their checks and all that the other side tells of them. */
  entries(kind: HealthKind, name: string): Looked<readonly HealthEntry[]>;
};

/** A service's own instances, or those through which it is reached in Consul's mesh. */
export type HealthKind = 'service' | 'connect' | 'ingress';

type Service = { readonly entries: readonly HealthEntry[]; readonly instances: readonly ViewInstance[] };

export function createRemoteCatalog(datacenter: string, readings: KeptReadings): RemoteCatalog {
  const dc = encodeURIComponent(datacenter);
  const look = (kind: HealthKind, name: string): Looked<Service> =>
    readings.look({ path: `${healthPath(kind, name)}?stale&dc=${dc}`, read: readService, blocks: true });
  const instances = (kind: HealthKind) => (name: string) => mapped(look(kind, name), (found) => found.instances);
  return {
    datacenter,
    service: instances('service'),
    connect: instances('connect'),
    ingress: instances('ingress'),
    entries: (kind, name) => mapped(look(kind, name), (found) => found.entries),
    node: (name): Looked<ViewNode> =>
      readings.look({
        path: `/v1/catalog/node/${encodeURIComponent(name)}?stale&dc=${dc}`,
        read: catalogNode,
        blocks: true,
      }),
    query: (name): Looked<FoundQuery> =>
      readings.look({
        path: `/v1/query/${encodeURIComponent(name)}/execute?stale&dc=${dc}`,
        read: executedQuery,
        blocks: false,
      }),
  };
}

export function healthPath(kind: HealthKind, service: string): string {
  return `/v1/health/${kind}/${encodeURIComponent(service)}`;
}

function mapped<A, B>(looked: Looked<A>, to: (value: A) => B): Looked<B> {
  if (looked === 'unreachable' || 'coming' in looked) return looked;
  return { value: looked.value === undefined ? undefined : to(looked.value) };
}

function readService(value: unknown): Service | undefined {
  const entries = healthEntries(value);
  return entries.length === 0 ? undefined : { entries, instances: viewInstances(entries) };
}

/** Of `GET /v1/query/NAME/execute`. It may have failed over to one more datacenter. */
function executedQuery(value: unknown): FoundQuery | undefined {
  if (value === undefined) return undefined;
  const { Service, Nodes, DNS, Datacenter } = object(value);
  const { TTL } = object(DNS);
  if (typeof Service !== 'string' || typeof Datacenter !== 'string') throw new Error('the answer is no executed query');
  return {
    service: Service.toLowerCase(),
    datacenter: Datacenter.toLowerCase(),
    instances: viewInstances(healthEntries(Nodes ?? [])),
    ttl: queryTtl({ DNS: { TTL: typeof TTL === 'string' ? TTL : '' } }),
    isOrdered: true,
  };
}
