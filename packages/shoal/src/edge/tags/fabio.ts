import { cleanHost, cleanPath, type TagDialect, type TagRoute } from './tag-route.ts';

const START = 'urlprefix-';

/** Fabio's `urlprefix-HOST/PATH [strip=/x] [proto=http]` (fabiolb.net, "Quickstart" and "Path stripping"). Paths are plain beginnings of text. */
export const fabio: TagDialect = {
  name: 'fabio',
  isRouting: (tag) => tag.startsWith(START),
  routes: (tags) => tags.filter(fabio.isRouting).flatMap((tag) => read(tag.slice(START.length))),
};

function read(text: string): TagRoute[] {
  const [place = '', ...words] = text.trim().split(/\s+/);
  const options = new Map(words.map((word) => word.split('=', 2) as [string, string | undefined]));
  // `urlprefix-:5432 proto=tcp` and the like are routes by port, and a redirect has nobody behind it.
  const isHttp = ['http', undefined].includes(options.get('proto'));
  const slash = place.indexOf('/');
  if (!isHttp || slash < 0 || options.has('redirect')) return [];
  const host = cleanHost(place.slice(0, slash));
  if (host === undefined) return [];
  return [
    { host, path: cleanPath(place.slice(slash)), match: 'prefix', strip: options.get('strip') ?? '', tls: false },
  ];
}
