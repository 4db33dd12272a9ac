import type { Backend, Route, TcpRoute } from '../../route.ts';
import { type RouteTable, routeTable } from '../../table.ts';
import type { DesiredConfig } from '../plane.ts';
import { pick } from './balance.ts';
import type { EmbeddedSettings } from './settings.ts';
import { openUpstream, retire, type Upstream } from './upstream.ts';

/** A route as requests meet it. */
export type LiveRoute = Pick<Route, 'host' | 'path' | 'match'> & Targets;

/** Those among whom one is chosen. */
export type Targets = { readonly targets: readonly Target[] };

/** A backend of a route, on an upstream that it may share with other routes. */
export type Target = {
  readonly upstream: Upstream;
  readonly weight: number;
  readonly strip: string;
  credit: number;
  readonly active: number;
};

/** What is applied now. Replaced as a whole, so that a request sees one configuration. */
export type Routing = {
  /** Takes a new configuration in force. Upstreams that are still named keep their connections and counts. */
  apply(desired: DesiredConfig): void;
  match(host: string, path: string): LiveRoute | undefined;
  /** The TCP route of a port. */
  behind(port: number): Targets | undefined;
  upstreams(): readonly Upstream[];
  /** Ends all connections to instances. */
  destroy(): Promise<void>;
};

export function createRouting(settings: EmbeddedSettings, random: () => number): Routing {
  let upstreams = new Map<string, Upstream>();
  let table: RouteTable<LiveRoute> = routeTable([]);
  let ports = new Map<number, Targets>();

  return {
    apply(desired) {
      const before = upstreams;
      upstreams = new Map();
      table = routeTable(desired.routes.map((route) => liveRoute(route, before)));
      ports = new Map(desired.tcp.map((route) => [route.port, targetsOf(route, before)]));
      for (const [key, upstream] of before) if (upstreams.get(key) !== upstream) retire(upstream);
    },
    match: (host, path) => table.match(host, path),
    behind: (port) => ports.get(port),
    upstreams: () => [...upstreams.values()],
    async destroy() {
      const open = [...upstreams.values()];
      upstreams = new Map();
      table = routeTable([]);
      ports = new Map();
      await Promise.all(open.map((upstream) => upstream.pool.destroy()));
    },
  };

  function liveRoute(route: Route, before: Map<string, Upstream>): LiveRoute {
    const { host, path, match } = route;
    return { host, path, match, ...targetsOf(route, before) };
  }

  function targetsOf({ backends }: Route | TcpRoute, before: Map<string, Upstream>): Targets {
    return { targets: backends.map((backend) => targetOf(backend, before)) };
  }

  function targetOf({ address, port, weight, strip }: Backend, before: Map<string, Upstream>): Target {
    const key = `${address} ${port}`;
    const upstream = upstreams.get(key) ?? before.get(key) ?? openUpstream(address, port, settings);
    upstreams.set(key, upstream);
    return {
      upstream,
      weight,
      strip,
      // Turns begin somewhere else after each change, so that frequent changes favour nobody.
      credit: random() * weight,
      get active() {
        return upstream.active;
      },
    };
  }
}

/** The next target to try: none of `tried`, and one that did not fail just now when there is such a one. */
export function chooseTarget(route: Targets, tried: readonly Upstream[], now: number): Target | undefined {
  const left = route.targets.filter((target) => !tried.includes(target.upstream));
  const healthy = left.filter((target) => target.upstream.avoidedUntil <= now);
  return pick(healthy.length > 0 ? healthy : left);
}
