import type { PathMatch } from '../route.ts';

/** What the tags of one instance say: a route, before it is known who else serves it. */
export type TagRoute = {
  readonly host: string;
  readonly path: string;
  readonly match: PathMatch;
  readonly strip: string;
  readonly tls: boolean;
};

/** One way of writing routes into tags. */
export type TagDialect = {
  readonly name: string;
  /** Whether the tag belongs to this dialect and can make a route. */
  isRouting(tag: string): boolean;
  /** The routes of an instance with these tags. What it does not understand makes no route; it never throws. */
  routes(tags: readonly string[]): TagRoute[];
  /** Ports of the edge on which such an instance wants plain TCP. A dialect that cannot say it has none. */
  tcpPorts?(tags: readonly string[]): number[];
};

/** Host without port and last dot, in lower case. Undefined when it cannot be one. */
export function cleanHost(text: string): string | undefined {
  const host = text.trim().toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '');
  return host === '' || host === '*' ? '' : HOST.test(host) ? host : undefined;
}

/** A name, an address, or `*.` before a name. */
const HOST = /^(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$|^\[[0-9a-f:.]+\]$/;

export function cleanPath(text: string): string {
  const path = text.trim();
  return path.startsWith('/') ? path : `/${path}`;
}

/** A port that can be listened on, 1 to 65535. */
export function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
