import type { IncomingMessage } from 'node:http';
import { countOf } from './headers.ts';

/** Where a request wants to go. */
export type RequestTarget = {
  readonly host: string;
  /** Without the query, as it was sent: nothing is decoded. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly query: string;
};

/** A name or address with an optional port (RFC 3986 section 3.2.2). Empty is allowed: HTTP/1.0 needs no host. */
const HOST = /^(?:\[[0-9a-f:.]+\]|[^\s/?#@[\]\\:]*)(?::\d*)?$/i;

/** Reads the request line and Host (RFC 9112 section 3.2). Undefined for what no route can be looked up for: two hosts, a malformed one, `OPTIONS *`. */
export function requestTarget(
  request: Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders'>,
): RequestTarget | undefined {
  if (countOf(request.rawHeaders, 'host') > 1) return undefined;
  const target = parsed(request.url ?? '/', request.headers.host ?? '');
  return target && HOST.test(target.host) ? target : undefined;
}

function parsed(url: string, hostHeader: string): RequestTarget | undefined {
  if (url.startsWith('/')) return { host: hostHeader, ...pathAndQuery(url) };
  // The absolute form: its host counts before the header's (RFC 9112 section 3.2.2).
  const [, host, rest = ''] = /^https?:\/\/([^/?#@]+)((?:[/?].*)?)$/is.exec(url) ?? [];
  return host === undefined ? undefined : { host, ...pathAndQuery(rest.startsWith('/') ? rest : `/${rest}`) };
}

/** The path that a backend gets to see, with the query. */
export function forwardedPath(target: RequestTarget, strip: string): string {
  if (!isStripped(target, strip)) return target.path + target.query;
  const rest = target.path.slice(strip.length);
  return (rest.startsWith('/') ? rest : `/${rest}`) + target.query;
}

export function isStripped(target: RequestTarget, strip: string): boolean {
  return strip !== '' && target.path.startsWith(strip);
}

function pathAndQuery(url: string): { path: string; query: string } {
  const end = url.search(/[?#]/);
  return end < 0 ? { path: url, query: '' } : { path: url.slice(0, end), query: url.slice(end) };
}
