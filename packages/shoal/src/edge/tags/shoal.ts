import { cleanHost, cleanPath, portOf, type TagDialect, type TagRoute } from './tag-route.ts';

const START = 'shoal.route=';
const TCP = /^tcp:(.*)$/i;

/**
 * `shoal.route=HOST/PATH[;strip][;tls]`: what a job's `route {}` block becomes. An empty HOST is any host, an empty PATH all paths; paths are compared
 * on segment boundaries. `strip` hides PATH from the service, `tls` wants a certificate. `shoal.route=tcp:PORT` is plain TCP on that port of the edge.
 */
export const shoal: TagDialect = {
  name: 'shoal',
  isRouting: (tag) => tag.startsWith(START),
  routes: (tags) => textsOf(tags).flatMap((text) => (TCP.test(text) ? [] : read(text))),
  tcpPorts: (tags) => textsOf(tags).flatMap((text) => portOf(TCP.exec(text)?.[1]?.trim() ?? '') ?? []),
};

function textsOf(tags: readonly string[]): string[] {
  return tags.filter(shoal.isRouting).map((tag) => tag.slice(START.length).trim());
}

function read(text: string): TagRoute[] {
  const [place = '', ...options] = text.split(';').map((part) => part.trim());
  const slash = place.indexOf('/');
  const host = cleanHost(slash < 0 ? place : place.slice(0, slash));
  if (host === undefined) return [];
  const path = cleanPath(slash < 0 ? '/' : place.slice(slash));
  const strip = options.includes('strip') && path !== '/' ? path : '';
  return [{ host, path, match: 'segment', strip, tls: options.includes('tls') }];
}
