import { cleanHost, cleanPath, portOf, type TagDialect, type TagRoute } from './tag-route.ts';

const START = 'urlprefix-';

/**
 * Fabio's `urlprefix-HOST/PATH [strip=/x] [proto=http]` and `urlprefix-:PORT proto=tcp` (fabiolb.net, "Quickstart", "Path stripping" and "TCP proxy").
 * Paths are plain beginnings of text.
 */
export const fabio: TagDialect = {
  name: 'fabio',
  isRouting: (tag) => tag.startsWith(START),
  routes: (tags) => tags.filter(fabio.isRouting).flatMap((tag) => routeOf(wordsOf(tag))),
  tcpPorts: (tags) => tags.filter(fabio.isRouting).flatMap((tag) => portsOf(wordsOf(tag))),
};

type Words = { readonly place: string; readonly options: ReadonlyMap<string, string | undefined> };

function wordsOf(tag: string): Words {
  const [place = '', ...words] = tag.slice(START.length).trim().split(/\s+/);
  return { place, options: new Map(words.map((word) => word.split('=', 2) as [string, string | undefined])) };
}

function routeOf({ place, options }: Words): TagRoute[] {
  // Other protocols are none of HTTP's business, and a redirect has nobody behind it.
  const isHttp = ['http', undefined].includes(options.get('proto'));
  const slash = place.indexOf('/');
  if (!isHttp || slash < 0 || options.has('redirect')) return [];
  const host = cleanHost(place.slice(0, slash));
  if (host === undefined) return [];
  return [
    { host, path: cleanPath(place.slice(slash)), match: 'prefix', strip: options.get('strip') ?? '', tls: false },
  ];
}

function portsOf({ place, options }: Words): number[] {
  const port = options.get('proto') === 'tcp' && place.startsWith(':') ? portOf(place.slice(1)) : undefined;
  return port === undefined ? [] : [port];
}
