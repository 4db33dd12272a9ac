import type { Route } from './route.ts';

/** Routes arranged for looking up. */
export type RouteTable<R> = { match(host: string, path: string): R | undefined };

type Matchable = Pick<Route, 'host' | 'path' | 'match'>;

/**
 * The exact host comes before `*.NAME` (the longest name first), and that before any host; within a host the longest path that matches counts. A host
 * whose paths do not match leaves the request to the next one.
 */
export function routeTable<R extends Matchable>(routes: readonly R[]): RouteTable<R> {
  const byHost = new Map<string, R[]>();
  for (const route of routes) {
    const list = byHost.get(route.host);
    if (list) list.push(route);
    else byHost.set(route.host, [route]);
  }
  for (const list of byHost.values()) list.sort(moreSpecificFirst);

  return {
    match(hostHeader, path) {
      for (const host of hostsToTry(bareHost(hostHeader))) {
        const found = byHost.get(host)?.find((route) => matches(route, path));
        if (found) return found;
      }
      return undefined;
    },
  };
}

/** The name of a Host header: no port, no last dot, lower case. */
export function bareHost(header: string): string {
  return header.trim().toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}

function* hostsToTry(host: string): Generator<string> {
  if (host !== '') yield host;
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) yield `*${host.slice(dot)}`;
  yield '';
}

function matches(route: Matchable, path: string): boolean {
  if (route.match === 'exact') return path === route.path;
  if (!path.startsWith(route.path)) return false;
  if (route.match === 'prefix' || route.path.endsWith('/')) return true;
  return path.length === route.path.length || path[route.path.length] === '/';
}

const STRICTNESS = { exact: 0, segment: 1, prefix: 2 } as const;

function moreSpecificFirst(a: Matchable, b: Matchable): number {
  return b.path.length - a.path.length || STRICTNESS[a.match] - STRICTNESS[b.match];
}
