import { cleanHost, cleanPath, type TagDialect, type TagRoute } from './tag-route.ts';
import { type RuleCase, readRule } from './traefik-rule.ts';

const ROUTER = /^traefik\.http\.routers\.([^.=]+)\.(rule|tls|middlewares)(?:\.[^=]*)?=(.*)$/is;
const STRIP = /^traefik\.http\.middlewares\.([^.=]+)\.stripprefix\.prefixes=(.*)$/is;
const OLD_RULE = /^traefik\.frontend\.rule=(.*)$/is;

/**
 * Traefik's tags of its Consul Catalog provider: routers of versions 2 and 3 with `rule`, `tls` and `middlewares` (only `stripprefix` does something),
 * and `traefik.frontend.rule` of version 1. `traefik.enable=false` turns all off.
 */
export const traefik: TagDialect = {
  name: 'traefik',
  isRouting: (tag) => /^traefik\.(http\.routers\.[^.=]+\.rule|frontend\.rule)=/i.test(tag),
  routes(tags) {
    if (tags.some((tag) => /^traefik\.enable=(false|0|no)$/i.test(tag))) return [];
    return [...routersOf(tags).values()].flatMap((router) => routesOf(router, tags)).concat(tags.flatMap(oldRoutes));
  },
};

type Router = { rule?: string; tls: boolean; middlewares: readonly string[] };

function routersOf(tags: readonly string[]): Map<string, Router> {
  const routers = new Map<string, Router>();
  for (const tag of tags) {
    const [, name = '', option = '', value = ''] = ROUTER.exec(tag) ?? [];
    if (name === '') continue;
    const router = routers.get(name.toLowerCase()) ?? { tls: false, middlewares: [] };
    routers.set(name.toLowerCase(), { ...router, ...readOption(option.toLowerCase(), value) });
  }
  return routers;
}

function readOption(option: string, value: string): Partial<Router> {
  if (option === 'rule') return { rule: value };
  if (option === 'tls') return { tls: value.toLowerCase() !== 'false' };
  return { middlewares: value.split(',').map((name) => name.trim().split('@', 1)[0]?.toLowerCase() ?? '') };
}

function routesOf(router: Router, tags: readonly string[]): TagRoute[] {
  const cases = router.rule === undefined ? undefined : readRule(router.rule);
  if (!cases) return [];
  const prefixes = tags.flatMap((tag) => {
    const [, name = '', value = ''] = STRIP.exec(tag) ?? [];
    return router.middlewares.includes(name.toLowerCase()) ? value.split(',').map((prefix) => prefix.trim()) : [];
  });
  return cases.flatMap((one) => routeOf(one, prefixes, router.tls));
}

function routeOf(one: RuleCase, prefixes: readonly string[], tls: boolean): TagRoute[] {
  const host = cleanHost(one.host ?? '');
  if (host === undefined) return [];
  const path = cleanPath(one.path ?? '/');
  const strip = prefixes.find((prefix) => prefix !== '' && path.startsWith(prefix)) ?? prefixes[0] ?? '';
  return [{ host, path, match: one.match ?? 'prefix', strip, tls }];
}

/** Version 1: `Host:a.org,b.org;PathPrefix:/x`, also with `PathPrefixStrip` and `Path`. */
function oldRoutes(tag: string): TagRoute[] {
  const [, rule] = OLD_RULE.exec(tag) ?? [];
  if (rule === undefined) return [];
  const parts = rule.split(';').map((part) => part.split(/:(.*)/s, 2) as [string, string | undefined]);
  const valuesOf = (name: string): string[] => {
    const part = parts.find(([key]) => key.trim().toLowerCase() === name);
    return part?.[1]?.split(',').map((value) => value.trim()) ?? [];
  };
  if (parts.some(([key]) => !OLD_MATCHERS.has(key.trim().toLowerCase()))) return [];
  const hosts = valuesOf('host');
  const paths = [
    ...valuesOf('pathprefix').map((path) => ({ path, match: 'prefix', strip: '' }) as const),
    ...valuesOf('pathprefixstrip').map((path) => ({ path, match: 'prefix', strip: path }) as const),
    ...valuesOf('path').map((path) => ({ path, match: 'exact', strip: '' }) as const),
  ];
  const cases = paths.length > 0 ? paths : [{ path: '/', match: 'prefix', strip: '' } as const];
  return (hosts.length > 0 ? hosts : ['']).flatMap((text) => {
    const host = cleanHost(text);
    return host === undefined ? [] : cases.map((one) => ({ ...one, host, path: cleanPath(one.path), tls: false }));
  });
}

const OLD_MATCHERS = new Set(['host', 'pathprefix', 'pathprefixstrip', 'path']);
