import { isIP, isIPv6 } from 'node:net';

/** A server that is asked about other names, and how. */
export type RecursorAddress =
  | { readonly kind: 'plain'; readonly host: string; readonly port: number }
  /** RFC 7858. `name` is what its certificate must be for. */
  | { readonly kind: 'tls'; readonly host: string; readonly port: number; readonly name: string }
  /** RFC 8484. */
  | { readonly kind: 'https'; readonly url: string };

/**
 * Reads `IP`, `IP:port`, `[IPv6]:port`, `tls://HOST[:port][#NAME]` or `https://HOST/PATH`. Undefined for anything else. The ports are 53 and 853
 * unless they are given. `#NAME` is the name in the certificate where that is not the host.
 */
export function parseRecursor(text: string): RecursorAddress | undefined {
  if (text.startsWith('https://')) return URL.canParse(text) ? { kind: 'https', url: text } : undefined;
  if (!text.startsWith('tls://')) {
    const plain = hostAndPort(text, 53);
    return plain && { kind: 'plain', ...plain };
  }
  const [place = '', name] = text.slice('tls://'.length).replace(/\/$/, '').split('#', 2);
  const address = hostAndPort(place, 853);
  return address && { kind: 'tls', ...address, name: name || address.host };
}

function hostAndPort(text: string, usual: number): { host: string; port: number } | undefined {
  if (isIPv6(text)) return { host: text, port: usual };
  const [, bracketed, named, digits] = /^(?:\[([^\]]+)\]|([\w.-]+))(?::(\d+))?$/.exec(text) ?? [];
  const host = bracketed ?? named;
  const port = Number(digits ?? usual);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) return undefined;
  return { host, port };
}
