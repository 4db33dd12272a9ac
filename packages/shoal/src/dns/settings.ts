/** What the operator sets for DNS. Durations are in whole seconds, as DNS counts them, unless the name says otherwise. */
export type DnsSettings = {
  /** The primary domain in lower case without the last dot. Default `consul`. */
  domain: string;
  /** Further domains that are answered alike. SRV targets, SOA and NS still name the primary one. */
  altDomains: readonly string[];
  /** TTL of node and address names. Default 0. */
  nodeTtl: number;
  /** TTL by service name: exact, or a beginning followed by `*`; the longest one that fits counts. Default 0. */
  serviceTtl: Readonly<Record<string, number>>;
  /** Most answers over UDP to a client that has not offered more than 512 bytes by EDNS. Default 3. */
  udpAnswerLimit: number;
  /** Most A, AAAA or ANY answers on any transport; 0 is no limit. Default 0. */
  aRecordLimit: number;
  /** Sets the TC flag when answers were left out, so that clients ask again over TCP. Default false. */
  enableTruncate: boolean;
  /** Hides instances with a warning too. Critical ones are always hidden. Default false. */
  onlyPassing: boolean;
  /** Adds TXT records of the node's metadata to SRV and node answers. Default true. */
  nodeMetaTxt: boolean;
  soa: { refresh: number; retry: number; expire: number; minTtl: number };
  /** Names are compressed in answers. Default true. */
  compression: boolean;
  /**
   * Servers that are asked about other names: `IP`, `IP:port`, `[IPv6]:port`, `tls://IP[:port][#NAME]`, `https://HOST/dns-query`. Default none: such
   * names are refused.
   */
  recursors: readonly string[];
  /** In their order, or in any. Default `sequential`. */
  recursorStrategy: 'sequential' | 'random';
  /** How long one recursor is waited for, in milliseconds. Default 2000. */
  recursorTimeoutMs: number;
  /** Answers of recursors that are kept as long as they say; 0 keeps none. Default 1000. */
  cacheSize: number;
  /** Names of our domains that the catalog does not hold are asked of the recursors. Default false. */
  fallthrough: boolean;
  /** Largest answer over UDP, whatever a client offers, in bytes. Default 4096. */
  maxUdpBytes: number;
  /** Answers per second over UDP to one network (IPv4 /24, IPv6 /56); beyond them clients are told to come over TCP. 0 is no limit. Default 2000. */
  rateLimit: number;
};

const DEFAULTS: DnsSettings = {
  domain: 'consul',
  altDomains: [],
  nodeTtl: 0,
  serviceTtl: {},
  udpAnswerLimit: 3,
  aRecordLimit: 0,
  enableTruncate: false,
  onlyPassing: false,
  nodeMetaTxt: true,
  soa: { refresh: 3600, retry: 600, expire: 86_400, minTtl: 0 },
  compression: true,
  recursors: [],
  recursorStrategy: 'sequential',
  recursorTimeoutMs: 2000,
  cacheSize: 1000,
  fallthrough: false,
  maxUdpBytes: 4096,
  rateLimit: 2000,
};

/** Fills in the defaults and brings domains to the form that lookups compare with. */
export function dnsSettings(given: Partial<DnsSettings> = {}): DnsSettings {
  const settings = { ...DEFAULTS, ...given };
  return {
    ...settings,
    domain: canonicalDomain(settings.domain) || DEFAULTS.domain,
    altDomains: settings.altDomains.map(canonicalDomain).filter((domain) => domain !== ''),
  };
}

/** The TTL of a service's records. `name` is in lower case. */
export function serviceTtl(settings: DnsSettings, name: string): number {
  return serviceTtlRule(settings, name)?.ttl ?? 0;
}

/** The entry of `serviceTtl` that holds for a service. */
export function serviceTtlRule(settings: DnsSettings, name: string): { pattern: string; ttl: number } | undefined {
  const exact = settings.serviceTtl[name];
  if (exact !== undefined) return { pattern: name, ttl: exact };
  let best: { pattern: string; ttl: number } | undefined;
  for (const [pattern, ttl] of Object.entries(settings.serviceTtl)) {
    if (!pattern.endsWith('*') || !name.startsWith(pattern.slice(0, -1))) continue;
    if (best === undefined || pattern.length > best.pattern.length) best = { pattern, ttl };
  }
  return best;
}

function canonicalDomain(domain: string): string {
  return domain
    .trim()
    .toLowerCase()
    .replace(/^\.+|\.+$/g, '');
}
