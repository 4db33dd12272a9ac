import type { Backend, Route, TcpRoute } from './route.ts';
import type { EdgeInstance, EdgeService } from './service.ts';
import { tagRoutes, tagTcpPorts } from './tags/dialects.ts';
import type { TagRoute } from './tags/tag-route.ts';

/**
 * All routes of the catalog. Instances that say the same host and path share a route, also those of different services. An instance that does not
 * pass keeps its routes alive without being a backend. The order depends on nothing but the content.
 */
export function routesFrom(services: readonly EdgeService[]): Route[] {
  const routes = new Map<string, MutableRoute>();
  for (const service of services.toSorted((a, b) => compare(a.name, b.name))) {
    for (const instance of service.instances) {
      for (const said of tagRoutes(instance.tags)) addTo(routeFor(routes, said), service, instance, said);
    }
  }
  const keys = [...routes.keys()].sort(compare);
  return keys.map((key) => finished(routes.get(key) as MutableRoute));
}

type MutableRoute = Pick<Route, 'host' | 'path' | 'match'> & {
  tls: boolean;
  services: Set<string>;
  backends: Map<string, Backend>;
};

function routeFor(routes: Map<string, MutableRoute>, said: TagRoute): MutableRoute {
  const key = `${said.host} ${said.path} ${said.match}`;
  let route = routes.get(key);
  if (!route) {
    route = {
      host: said.host,
      path: said.path,
      match: said.match,
      tls: false,
      services: new Set(),
      backends: new Map(),
    };
    routes.set(key, route);
  }
  return route;
}

function addTo(route: MutableRoute, service: EdgeService, instance: EdgeInstance, said: TagRoute): void {
  route.services.add(service.name);
  route.tls ||= said.tls;
  if (!instance.passing || route.backends.has(instance.id)) return;
  const { id, address, port, weight } = instance;
  route.backends.set(id, { id, address, port, weight, strip: said.strip });
}

function finished({ services, backends, ...route }: MutableRoute): Route {
  const ordered = [...backends.values()].sort((a, b) => compare(a.id, b.id));
  return { ...route, services: [...services], backends: ordered };
}

/** All TCP routes of the catalog, by port, by the rules of `routesFrom`. */
export function tcpRoutesFrom(services: readonly EdgeService[]): TcpRoute[] {
  const members = services
    .toSorted((a, b) => compare(a.name, b.name))
    .flatMap(({ name, instances }) =>
      instances.flatMap((instance) => tagTcpPorts(instance.tags).map((port) => ({ port, name, instance }))),
    );
  const byPort = new Map<number, typeof members>();
  for (const member of members) byPort.set(member.port, [...(byPort.get(member.port) ?? []), member]);
  return [...byPort]
    .sort(([a], [b]) => a - b)
    .map(([port, ofPort]) => ({
      port,
      services: [...new Set(ofPort.map(({ name }) => name))],
      backends: backendsOf(ofPort.map(({ instance }) => instance)),
      places: ofPort.map(({ instance }) => ({ address: instance.address, port: instance.port })),
    }));
}

function backendsOf(instances: readonly EdgeInstance[]): Backend[] {
  const passing = new Map(instances.filter((instance) => instance.passing).map((one) => [one.id, one]));
  return [...passing.values()]
    .map(({ id, address, port, weight }) => ({ id, address, port, weight, strip: '' }))
    .sort((a, b) => compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
