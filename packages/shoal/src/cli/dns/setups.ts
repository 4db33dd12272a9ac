/** Where DNS questions for our domains have to go. */
export type SetupPlace = { readonly domains: readonly string[]; readonly address: string; readonly port: number };

/** What one program needs: a file of its own, or a change of one that is there. */
export type Setup = {
  readonly name: string;
  /** What the program is, and when this is the way. */
  readonly about: string;
  /** Undefined: somewhere in the user's own file; it is only shown. */
  readonly path: string | undefined;
  /** The file as it should be; `before` is what it is now. */
  readonly content: (place: SetupPlace, before: string) => string;
  /** What makes it count. */
  readonly activate: string;
  /** Why it cannot be done with this place. */
  readonly problem?: (place: SetupPlace) => string | undefined;
};

const PORT_53 = ({ port }: SetupPlace) =>
  port === 53
    ? undefined
    : `this file knows no ports, and the agent's DNS listens on ${port}: add dns { ports = [53] } to its configuration first`;

export const SETUPS: readonly Setup[] = [
  {
    name: 'systemd-resolved',
    about:
      'systemd-resolved (version 246 and later), as on Ubuntu and Fedora: our domains go to the agent, the rest as before',
    path: '/etc/systemd/resolved.conf.d/shoal.conf',
    content: ({ domains, address, port }) =>
      `[Resolve]\nDNS=${bracketed(address)}${port === 53 ? '' : `:${port}`}\nDomains=${domains.map((domain) => `~${domain}`).join(' ')}\n`,
    activate: 'systemctl restart systemd-resolved',
  },
  {
    name: 'dnsmasq',
    about: 'dnsmasq, which many desktops and routers run',
    path: '/etc/dnsmasq.d/10-shoal',
    content: ({ domains, address, port }) =>
      domains.map((domain) => `server=/${domain}/${address}#${port}\nrebind-domain-ok=/${domain}/\n`).join(''),
    activate: 'systemctl restart dnsmasq',
  },
  {
    name: 'unbound',
    about: 'unbound: a forward zone for each of our domains',
    path: '/etc/unbound/unbound.conf.d/shoal.conf',
    content: ({ domains, address, port }) =>
      [
        'server:\n  do-not-query-localhost: no\n',
        ...domains.map((domain) => `  domain-insecure: "${domain}"\n  private-domain: "${domain}"\n`),
        ...domains.filter(isAnsweredByUnbound).map((domain) => `  local-zone: "${domain}" transparent\n`),
        ...domains.map((domain) => `\nforward-zone:\n  name: "${domain}"\n  forward-addr: ${address}@${port}\n`),
      ].join(''),
    activate: 'systemctl restart unbound',
  },
  {
    name: 'coredns',
    about: 'CoreDNS: these blocks belong into its Corefile',
    path: undefined,
    content: ({ domains, address, port }) =>
      domains.map((domain) => `${domain} {\n    forward . ${bracketed(address)}:${port}\n    cache 5\n}\n`).join('\n'),
    activate: 'systemctl restart coredns',
  },
  {
    name: 'resolv.conf',
    about: 'No resolver on this machine: programs ask the agent directly, and it asks its recursors for other names',
    path: '/etc/resolv.conf',
    content: ({ address }, before) => withNameserver(before, address),
    activate: 'programs read it when they start',
    problem: PORT_53,
  },
];

/** Below these unbound says by itself that there is nothing (unbound.conf, "local-zone", default zones). */
function isAnsweredByUnbound(domain: string): boolean {
  return /(?:^|\.)(?:test|invalid|onion|localhost|home\.arpa)$/.test(domain);
}

/** First, because resolvers ask the second only when the first does not answer. */
function withNameserver(before: string, address: string): string {
  const line = `nameserver ${address}`;
  const lines = before.split('\n').filter((one) => one.trim() !== line);
  const at = lines.findIndex((one) => one.trim().startsWith('nameserver'));
  const place = at < 0 ? lines.length : at;
  return `${[...lines.slice(0, place), line, ...lines.slice(place)].join('\n').trim()}\n`;
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** What this machine resolves names with, by what is on it. */
export function likelySetup(machine: {
  /** Where /etc/resolv.conf leads to. */
  readonly resolvConf: string;
  readonly exists: (path: string) => boolean;
}): Setup {
  const { exists, resolvConf } = machine;
  const by = (name: string) => SETUPS.find((setup) => setup.name === name) as Setup;
  if (resolvConf.includes('/systemd/resolve/')) return by('systemd-resolved');
  if (exists('/etc/unbound/unbound.conf.d')) return by('unbound');
  if (exists('/etc/dnsmasq.d')) return by('dnsmasq');
  return by('resolv.conf');
}
