import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { ForbiddenOriginError } from './errors.ts';

/**
 * Who may be asked under which name. Without ACLs the APIs can start programs, so a web page in the user's browser must not reach them:
 * - `Host` must be a name of this agent, which stops DNS rebinding (a foreign name that was made to point here);
 * - `Origin`, which browsers send with every cross-site request that could change something, must be one of the agent's own pages.
 */
export type Safety = {
  /** Names under which the agent is known: node name, configured names. Compared without case. */
  readonly hosts: readonly string[];
  /** Names that end in one of these are ours too: `consul` allows `x.node.dc1.consul`. */
  readonly domains: readonly string[];
  /** Addresses that the API listens on. With a wildcard address any IP literal is ours: an address cannot be rebound. */
  readonly listen: readonly string[];
  /** Ports of the agent's own pages and APIs. */
  readonly ports: readonly number[];
  /** Further origins, as browsers write them: `https://shoal.example.org`; `*` for any. */
  readonly origins?: () => readonly string[];
};

/** Throws ForbiddenOriginError when the request must not be served. */
export function checkSafety(safety: Safety, headers: IncomingHttpHeaders, localAddress: string | undefined): void {
  const { host, origin } = headers;
  if (host !== undefined && !isOwnHost(safety, hostName(host), localAddress)) {
    throw new ForbiddenOriginError(
      `Refused: "${host}" is not a name of this agent (its Host header could come from a web page). Use an address it listens on or its node name, or add the name to the configuration.`,
    );
  }
  if (origin !== undefined && !isOwnOrigin(safety, origin, localAddress)) {
    throw new ForbiddenOriginError(
      `Refused: the request comes from a page of "${origin}", which is not one of this agent's. If it may use the API, name it in the configuration's response header Access-Control-Allow-Origin.`,
    );
  }
}

/** Who configures that pages of an origin may read the answers means that they may ask. */
export function allowedOrigins(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === 'access-control-allow-origin' && value.trim() !== '' ? [value.trim()] : [],
  );
}

function isOwnOrigin(safety: Safety, origin: string, localAddress: string | undefined): boolean {
  if (safety.origins?.().some((own) => own === '*' || own === origin)) return true;
  const url = parseUrl(origin);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return safety.ports.includes(port) && isOwnHost(safety, hostName(url.host), localAddress);
}

function isOwnHost(safety: Safety, name: string, localAddress: string | undefined): boolean {
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  if (isIP(name) !== 0) return isOwnAddress(safety, name, localAddress);
  return (
    safety.hosts.some((own) => own.toLowerCase() === name) || safety.domains.some((domain) => isUnder(name, domain))
  );
}

function isOwnAddress(safety: Safety, address: string, localAddress: string | undefined): boolean {
  if (address === '::1' || address.startsWith('127.')) return true;
  const wildcard = safety.listen.includes('0.0.0.0') || safety.listen.includes('::');
  return wildcard || safety.listen.includes(address) || plainAddress(localAddress) === address;
}

function isUnder(name: string, domain: string): boolean {
  const suffix = domain.toLowerCase().replace(/^\.|\.$/g, '');
  return suffix !== '' && (name === suffix || name.endsWith(`.${suffix}`));
}

/** `Host` without port, brackets and the root dot. */
function hostName(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host);
  if (bracketed) return (bracketed[1] as string).toLowerCase();
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

/** An IPv4 peer on an IPv6 socket: `::ffff:10.0.0.1`. */
function plainAddress(address: string | undefined): string | undefined {
  return address?.replace(/^::ffff:(?=\d+\.)/, '');
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    // "null" (sandboxed pages, files) and garbage alike.
    return undefined;
  }
}
