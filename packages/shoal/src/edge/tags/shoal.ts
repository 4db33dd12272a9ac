import { cleanHost, cleanPath, type TagDialect, type TagRoute } from './tag-route.ts';

const START = 'shoal.route=';

/**
 * `shoal.route=HOST/PATH[;strip][;tls]`: what a job's `route {}` block becomes. An empty HOST is any host, an empty PATH all paths; paths are compared
 * on segment boundaries. `strip` hides PATH from the service, `tls` wants a certificate.
 */
export const shoal: TagDialect = {
  name: 'shoal',
  isRouting: (tag) => tag.startsWith(START),
  routes: (tags) => tags.filter(shoal.isRouting).flatMap((tag) => read(tag.slice(START.length))),
};

function read(text: string): TagRoute[] {
  const [place = '', ...options] = text.split(';').map((part) => part.trim());
  const slash = place.indexOf('/');
  const host = cleanHost(slash < 0 ? place : place.slice(0, slash));
  if (host === undefined) return [];
  const path = cleanPath(slash < 0 ? '/' : place.slice(slash));
  const strip = options.includes('strip') && path !== '/' ? path : '';
  return [{ host, path, match: 'segment', strip, tls: options.includes('tls') }];
}
