import { queryTest } from '../catalog/queries/execute.ts';
import type { Coming, FoundQuery } from '../dns/view.ts';
import type { PreparedQueryService } from '../state/rows.ts';
import type { Datacenter, Federation } from './federation.ts';
import { type HealthEntry, healthEntries } from './health-entry.ts';
import { type HealthKind, healthPath } from './remote-catalog.ts';
import { viewInstances } from './view-instances.ts';

/** What a query came to in other datacenters. */
export type FailedOver = {
  /** The last one that answered. */
  readonly datacenter: string | undefined;
  /** As the query lets them through, in the order in which they came. */
  readonly entries: readonly HealthEntry[];
  /** How many datacenters were asked. */
  readonly tried: number;
};

const WITHIN_MS = 5_000;

/**
 * Looks for a query's service in other datacenters, one after the other, until one has it. Asks each for the service and applies the query itself: nothing is made over
 * there. One that cannot be asked, or whose answer makes no sense, is as good as one without it.
 */
export async function failOver(
  query: PreparedQueryService,
  federation: Federation,
  signal: AbortSignal,
): Promise<FailedOver> {
  let found: FailedOver = { datacenter: undefined, entries: [], tried: 0 };
  for (const { name, ask } of failoverOrder(query.Failover, federation)) {
    found = { ...found, tried: found.tried + 1 };
    try {
      const path = `${healthPath(kindOf(query), query.Service)}?dc=${encodeURIComponent(name)}`;
      const { value } = await ask(path, { signal, withinMs: WITHIN_MS });
      found = { ...found, datacenter: name, entries: healthEntries(value).filter(lets(query)) };
    } catch (error) {
      if (signal.aborted) throw error;
    }
    if (found.entries.length > 0) break;
  }
  return found;
}

/** The same for DNS, from what is kept of the other datacenters. */
export function failOverKept(
  query: PreparedQueryService,
  federation: Federation,
): Pick<FoundQuery, 'datacenter' | 'instances'> | Coming {
  for (const { name, catalog } of failoverOrder(query.Failover, federation)) {
    const looked = catalog.entries(kindOf(query), query.Service.toLowerCase());
    if (looked === 'unreachable') continue;
    if ('coming' in looked) return looked;
    const entries = (looked.value ?? []).filter(lets(query));
    if (entries.length > 0) return { datacenter: name, instances: viewInstances(entries) };
  }
  return { instances: [] };
}

/** The nearest ones, then those that are named, each once; or, since Consul 1.16, the targets as they stand. Unknown ones are passed over. */
export function failoverOrder(
  { NearestN, Datacenters, Targets }: PreparedQueryService['Failover'],
  { list, get }: Pick<Federation, 'list' | 'get'>,
): Datacenter[] {
  const targets = (Targets ?? []).map(({ Peer, Datacenter }) => (Peer === '' ? Datacenter : ''));
  const nearest = NearestN > 0 ? list().slice(0, NearestN) : [];
  const named = [...targets, ...(Datacenters ?? [])].flatMap((name) => get(name) ?? []);
  return [...new Set([...nearest, ...named])];
}

function kindOf({ Connect }: PreparedQueryService): HealthKind {
  return Connect ? 'connect' : 'service';
}

function lets(query: PreparedQueryService): (entry: HealthEntry) => boolean {
  const test = queryTest(query);
  return ({ Node, Service, Checks }) =>
    test({
      nodeMeta: Node.Meta ?? null,
      tags: Service.Tags ?? [],
      serviceMeta: Service.Meta ?? null,
      checks: Checks ?? [],
    });
}
