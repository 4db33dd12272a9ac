import type { Route } from '@shoal/api';

/** A `route` block as the edge reads it from the catalog: `shoal.route=HOST/PATH`, then `;strip` and `;tls` where set. An empty host means any. With a port, `shoal.route=tcp:PORT`. */
export function routeTag(route: Route): string {
  if (route.TCP !== undefined) return `shoal.route=tcp:${route.TCP}`;
  const path = route.Path.startsWith('/') ? route.Path : `/${route.Path}`;
  const flags = [route.StripPath ? ';strip' : '', route.TLS ? ';tls' : ''].join('');
  return `shoal.route=${route.Host}${path}${flags}`;
}
