import type { BlockList } from 'node:net';

/** Names and values in turn, as `IncomingMessage.rawHeaders` has them. */
export type RawHeaders = string[];

/** Headers that concern one connection only (RFC 9110 section 7.6.1), and those that the proxy writes itself. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Headers that a client cannot take away by naming them in `Connection`. */
const NOT_NOMINATED = new Set(['host', 'content-length', 'content-type', 'cookie', 'authorization']);

/** Where a request came from. */
export type Client = {
  readonly address: string;
  /** The port that the client connected to. */
  readonly port: number;
  readonly protocol: 'http' | 'https';
  /** Its own X-Forwarded headers are believed. */
  readonly isTrusted: boolean;
};

/**
 * The request's headers for the instance: end to end ones as they came, Host among them, and X-Forwarded-For, -Host, -Port and -Proto. From a client that
 * is no trusted proxy the forwarded headers are written anew, since they would be its own claim.
 */
export function requestHeaders(raw: RawHeaders, client: Client, host: string, strippedPrefix: string): RawHeaders {
  const dropped = nominated(raw);
  const forwarded = new Map<string, string>();
  const out: RawHeaders = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] as string;
    const value = raw[i + 1] as string;
    const lower = name.toLowerCase();
    if (lower.startsWith('x-forwarded-')) {
      if (client.isTrusted) forwarded.set(lower, joined(forwarded.get(lower), value));
      continue;
    }
    if (lower === 'expect' || HOP_BY_HOP.has(lower) || dropped.has(lower)) continue;
    // The host that the route was found by, so that edge and instance never read two different ones.
    out.push(name, lower === 'host' ? host : value);
  }
  forwarded.set('x-forwarded-for', joined(forwarded.get('x-forwarded-for'), client.address));
  setUnlessGiven(forwarded, 'x-forwarded-host', host);
  setUnlessGiven(forwarded, 'x-forwarded-proto', client.protocol);
  setUnlessGiven(forwarded, 'x-forwarded-port', String(client.port));
  if (strippedPrefix !== '') forwarded.set('x-forwarded-prefix', strippedPrefix);
  for (const [name, value] of forwarded) out.push(name, value);
  return out;
}

/** The response's headers for the client: end to end ones. */
export function responseHeaders(raw: readonly (Buffer | string)[]): RawHeaders {
  const texts = raw.map((part) => (typeof part === 'string' ? part : part.toString('latin1')));
  const dropped = nominated(texts);
  const isChunked = headerValue(texts, 'transfer-encoding') !== undefined;
  const out: RawHeaders = [];
  for (let i = 0; i + 1 < texts.length; i += 2) {
    const name = texts[i] as string;
    const lower = name.toLowerCase();
    // A length beside chunks is wrong or an attack (RFC 9112 section 6.1): the chunks count.
    if (HOP_BY_HOP.has(lower) || dropped.has(lower) || (isChunked && lower === 'content-length')) continue;
    out.push(name, texts[i + 1] as string);
  }
  return out;
}

/** The first value of a header. `name` is in lower case. */
export function headerValue(raw: RawHeaders, name: string): string | undefined {
  for (let i = 0; i + 1 < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) return raw[i + 1];
  return undefined;
}

export function countOf(raw: RawHeaders, name: string): number {
  let count = 0;
  for (let i = 0; i < raw.length; i += 2) if (raw[i]?.toLowerCase() === name) count += 1;
  return count;
}

export function isTrusted(trusted: BlockList | undefined, address: string): boolean {
  return trusted?.check(address, address.includes(':') ? 'ipv6' : 'ipv4') ?? false;
}

/** An IPv4 client of a socket that serves both families is written plainly. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

const NONE: ReadonlySet<string> = new Set();

/** Header names that `Connection` declares to be for this hop only. */
function nominated(raw: RawHeaders): ReadonlySet<string> {
  let found: Set<string> | undefined;
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() !== 'connection') continue;
    for (const part of (raw[i + 1] as string).split(',')) {
      const name = part.trim().toLowerCase();
      if (name === '' || name === 'keep-alive' || name === 'close' || NOT_NOMINATED.has(name)) continue;
      found ??= new Set();
      found.add(name);
    }
  }
  return found ?? NONE;
}

function joined(before: string | undefined, value: string): string {
  return before === undefined || before === '' ? value : `${before}, ${value}`;
}

function setUnlessGiven(map: Map<string, string>, name: string, value: string): void {
  if (!map.has(name)) map.set(name, value);
}
