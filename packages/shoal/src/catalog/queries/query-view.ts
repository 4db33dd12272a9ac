import type { Coming, FoundQuery, QueryView } from '../../dns/view.ts';
import type { PreparedQueryService } from '../../state/rows.ts';
import type { State } from '../../state/state.ts';
import { viewInstance } from '../view-instance.ts';
import { findQuery, queryInstances, queryTtl } from './execute.ts';

/** Puts those first that are near to a node; `_agent` is this one. */
export type OrderByDistance = <T>(near: string, items: readonly T[], nodeOf: (item: T) => string) => T[];

/** Looks in other datacenters for what is not here. */
export type FailOver = (query: PreparedQueryService) => Pick<FoundQuery, 'datacenter' | 'instances'> | Coming;

/** Prepared queries as DNS reads them. `shuffle` comes before the order: those that are equally near, or of which nothing is known, take turns. */
export function createQueryView(
  state: State,
  order: OrderByDistance,
  shuffle: <T>(items: readonly T[]) => T[],
  failOver: FailOver,
): QueryView {
  return {
    query(name): FoundQuery | Coming | undefined {
      if (state.tables.preparedQueries.size === 0) return undefined;
      const read = state.read();
      const query = findQuery(read, name);
      if (!query) return undefined;
      const { Service, Near } = query.Service;
      const found = queryInstances(read, query.Service);
      const instances = Near === '' ? found : order(Near, shuffle(found), ({ node }) => node.Node);
      const service = { service: Service.toLowerCase(), ttl: queryTtl(query) };
      if (instances.length > 0) return { ...service, instances: instances.map(viewInstance), isOrdered: Near !== '' };
      const elsewhere = failOver(query.Service);
      return 'coming' in elsewhere ? elsewhere : { ...service, ...elsewhere, isOrdered: false };
    },
  };
}
