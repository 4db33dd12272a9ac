import { reverseAddress } from './address.ts';
import type { DnsSettings } from './settings.ts';

/** What a name asks for. All parts are in lower case. */
export type Target =
  /** `tag` is empty when any instance will do. */
  | { readonly kind: 'service'; readonly name: string; readonly tag: string; readonly datacenter: string | undefined }
  | { readonly kind: 'query'; readonly name: string; readonly datacenter: string | undefined }
  | { readonly kind: 'node'; readonly name: string; readonly datacenter: string | undefined }
  /** The address that stands for a whole service. */
  | { readonly kind: 'virtual'; readonly name: string; readonly datacenter: string | undefined }
  /** Through what a service is reached in a mesh. */
  | { readonly kind: 'connect'; readonly name: string; readonly datacenter: string | undefined }
  /** Gateways that lead to a service in a mesh. */
  | { readonly kind: 'ingress'; readonly name: string; readonly datacenter: string | undefined }
  /** `HEX.addr`: the address is in the name itself. */
  | { readonly kind: 'address'; readonly label: string }
  /** A name of one of our domains that says nothing. */
  | { readonly kind: 'unknown' }
  /** A name under in-addr.arpa or ip6.arpa; `address` is undefined when the name is no whole address. */
  | { readonly kind: 'reverse'; readonly address: string | undefined }
  | { readonly kind: 'foreign' };

const KINDS = new Set(['service', 'node', 'addr', 'query', 'virtual', 'connect', 'ingress']);

/**
 * Reads a question's name by the forms of Consul's DNS interface:
 * `[tag.]NAME.service[.DC].DOMAIN`, `_NAME._TAG[.service][.DC].DOMAIN` (RFC 2782), `NAME.query[.DC].DOMAIN`, `NODE.node[.DC].DOMAIN`,
 * `NAME.virtual[.DC].DOMAIN`, `NAME.connect[.DC].DOMAIN`, `NAME.ingress[.DC].DOMAIN`, `HEX.addr[.DC].DOMAIN`. `DC.dc` is another way to write `DC`.
 */
export function parseName(name: string, settings: Pick<DnsSettings, 'domain' | 'altDomains'>): Target {
  const lower = name.toLowerCase();
  const inside = withoutDomain(lower, [settings.domain, ...settings.altDomains]);
  if (inside !== undefined) return parseInside(inside === '' ? [] : inside.split('.'));
  const labels = lower.split('.');
  if (/(^|\.)(in-addr|ip6)\.arpa$/.test(lower)) return { kind: 'reverse', address: reverseAddress(labels) };
  return { kind: 'foreign' };
}

/** Cuts off the longest domain that fits. Undefined when the name is in none of them. */
function withoutDomain(name: string, domains: readonly string[]): string | undefined {
  let best: string | undefined;
  for (const domain of domains) {
    if (name !== domain && !name.endsWith(`.${domain}`)) continue;
    const rest = name.slice(0, Math.max(0, name.length - domain.length - 1));
    if (best === undefined || rest.length < best.length) best = rest;
  }
  return best;
}

/** The kind is the last label, or the one before the datacenter, so that node names and tags may contain any word. */
function parseInside(labels: readonly string[]): Target {
  for (const { count, datacenter } of endings(labels)) {
    const kind = labels[count - 1];
    if (kind !== undefined && KINDS.has(kind)) return parseKind(kind, labels.slice(0, count - 1), datacenter);
  }
  for (const { count, datacenter } of endings(labels)) {
    const parts = labels.slice(0, count);
    if (parts.at(-1)?.startsWith('_')) return parseService(parts, datacenter);
  }
  return { kind: 'unknown' };
}

/** Where the name may end and its datacenter begin: nowhere, at the last label, or at `DC.dc`. */
function endings(labels: readonly string[]): { count: number; datacenter: string | undefined }[] {
  const { length } = labels;
  const named = labels[length - 1] === 'dc' ? [{ count: length - 2, datacenter: labels[length - 2] }] : [];
  return [{ count: length, datacenter: undefined }, { count: length - 1, datacenter: labels[length - 1] }, ...named];
}

function parseKind(kind: string, parts: readonly string[], datacenter: string | undefined): Target {
  if (parts.length === 0) return { kind: 'unknown' };
  if (kind === 'service') return parseService(parts, datacenter);
  if (kind === 'query') return { kind: 'query', name: queryName(parts), datacenter };
  if (kind === 'node') return { kind: 'node', name: parts.join('.'), datacenter };
  // What is before the service's name is no tag here, and says nothing.
  if (kind === 'connect' || kind === 'ingress') return { kind, name: parts.at(-1) ?? '', datacenter };
  const [label] = parts;
  if (kind === 'virtual')
    return parts.length === 1 && label !== undefined ? { kind, name: label, datacenter } : { kind: 'unknown' };
  return parts.length === 1 && label !== undefined ? { kind: 'address', label } : { kind: 'unknown' };
}

function parseService(parts: readonly string[], datacenter: string | undefined): Target {
  const [first = '', second = ''] = parts;
  if (parts.length === 2 && first.startsWith('_') && second.startsWith('_')) {
    const tag = second.slice(1);
    // The protocol says nothing about an instance: `_tcp` stands for any, everything else is a tag.
    return { kind: 'service', name: first.slice(1), tag: tag === 'tcp' ? '' : tag, datacenter };
  }
  return { kind: 'service', name: parts.at(-1) ?? '', tag: parts.slice(0, -1).join('.'), datacenter };
}

/** `_NAME._tcp.query` is the same as `NAME.query`; the name may have dots. */
function queryName(parts: readonly string[]): string {
  const [first = '', second] = parts;
  return parts.length === 2 && first.startsWith('_') && second === '_tcp' ? first.slice(1) : parts.join('.');
}
