import { queryTtl } from '../catalog/queries/execute.ts';
import type { FoundQuery, Looked, RemoteView, ViewInstance, ViewNode } from '../dns/view.ts';
import { type HealthEntry, healthEntries, object } from './health-entry.ts';
import type { KeptReadings } from './kept-readings.ts';
import { catalogNode, viewInstances } from './view-instances.ts';

/** The catalog of another datacenter, as DNS and prepared queries read it. */
export type RemoteCatalog = RemoteView & {
  /** The same instances with their checks and all that the other side tells of them. */
  entries(name: string, connect: boolean): Looked<readonly HealthEntry[]>;
};

type Service = { readonly entries: readonly HealthEntry[]; readonly instances: readonly ViewInstance[] };

export function createRemoteCatalog(datacenter: string, readings: KeptReadings): RemoteCatalog {
  const dc = encodeURIComponent(datacenter);
  const service = (name: string, connect = false): Looked<Service> =>
    readings.look({ path: `${healthPath(name, connect)}?stale&dc=${dc}`, read: readService, blocks: true });
  return {
    datacenter,
    service: (name) => mapped(service(name), ({ instances }) => instances),
    entries: (name, connect) => mapped(service(name, connect), ({ entries }) => entries),
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

/** `connect`: those that can be reached through Consul's mesh. */
export function healthPath(service: string, connect: boolean): string {
  return `/v1/health/${connect ? 'connect' : 'service'}/${encodeURIComponent(service)}`;
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
