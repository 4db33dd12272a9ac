/** What was seen of this machine's DNS. */
export type DnsSight = {
  /** Undefined: DNS of the agent is turned off. */
  readonly agent:
    | { readonly domains: readonly string[]; readonly recursors: readonly string[]; readonly fallthrough: boolean }
    | undefined;
  /** Each address of the agent's DNS, and why it did not answer over UDP or TCP. */
  readonly addresses: readonly {
    readonly address: string;
    readonly port: number;
    readonly udp: string | undefined;
    readonly tcp: string | undefined;
  }[];
  /** Name of the agent's own node in its first domain, and what the system made of it: addresses, or why not. */
  readonly system: {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly failure: string | undefined;
  };
  /** Addresses of /etc/resolv.conf. */
  readonly nameservers: readonly string[];
  /** A name outside, asked of the agent. Undefined: it has no recursors. */
  readonly outside: { readonly name: string; readonly failure: string | undefined } | undefined;
};

export type Finding = { readonly ok: boolean; readonly text: string; readonly remedy?: string };

/** What is right, and what is wrong with what to do about it. */
export function findings(sight: DnsSight): Finding[] {
  const { agent } = sight;
  if (!agent)
    return [
      { ok: false, text: "The agent's DNS is turned off.", remedy: 'Set ports { dns = 8600 } in its configuration.' },
    ];
  return [
    ...listening(sight),
    throughSystem(sight),
    ...outside(sight),
    ...loops(sight, agent.recursors),
    ...domainFindings(agent),
  ];
}

function listening({ addresses }: DnsSight): Finding[] {
  return addresses.map(({ address, port, udp, tcp }) => {
    const where = `${address} port ${port}`;
    if (udp === undefined && tcp === undefined)
      return { ok: true, text: `The agent answers at ${where}, over UDP and TCP.` };
    const which = udp !== undefined && tcp !== undefined ? 'UDP and TCP' : udp !== undefined ? 'UDP' : 'TCP';
    return {
      ok: false,
      text: `The agent does not answer at ${where} over ${which}: ${udp ?? tcp}.`,
      remedy: 'Look whether a packet filter keeps it from being asked, or another program has the port.',
    };
  });
}

function throughSystem({ system, nameservers, addresses }: DnsSight): Finding {
  if (system.addresses.length > 0)
    return { ok: true, text: `Programs on this machine find ${system.name}: ${system.addresses.join(', ')}.` };
  const text = `Programs on this machine do not find ${system.name}: ${system.failure ?? 'no address'}.`;
  const asked = addresses.find(({ address, port }) => port !== 53 && nameservers.includes(address));
  if (asked && !addresses.some(({ address, port }) => address === asked.address && port === 53))
    return {
      ok: false,
      text: `${text} /etc/resolv.conf names ${asked.address}, where the agent listens on port ${asked.port}, not on 53.`,
      remedy: 'Add dns { ports = [53] } to its configuration (ports below 1024 need root or CAP_NET_BIND_SERVICE).',
    };
  return { ok: false, text, remedy: 'Run "shoal dns setup": it shows what this machine needs.' };
}

function outside({ outside: asked }: DnsSight): Finding[] {
  if (!asked) return [];
  if (asked.failure === undefined) return [{ ok: true, text: `The agent's recursors answer (${asked.name}).` }];
  return [
    {
      ok: false,
      text: `The agent's recursors do not answer for ${asked.name}: ${asked.failure}.`,
      remedy: 'Look at "recursors" in its configuration, and whether this machine reaches them.',
    },
  ];
}

/** A recursor that asks us for what we ask it goes round until somebody gives up. */
function loops({ addresses, nameservers }: DnsSight, recursors: readonly string[]): Finding[] {
  const own = new Set(addresses.map(({ address, port }) => (port === 53 ? address : `${address}:${port}`)));
  const itself = recursors.filter((recursor) => own.has(recursor));
  const stub = recursors.filter(
    (recursor) => recursor.startsWith('127.0.0.53') && nameservers.some((one) => own.has(one)),
  );
  return [
    ...itself.map((recursor) => ({
      ok: false,
      text: `The recursor ${recursor} is the agent itself.`,
      remedy: 'Name the servers of your provider, or public ones such as tls://9.9.9.9.',
    })),
    ...stub.map((recursor) => ({
      ok: false,
      text: `The recursor ${recursor} is this machine's own resolver, which asks the agent again.`,
      remedy: 'Name the servers that it was given (resolvectl status) instead.',
    })),
  ];
}

const RESERVED = /(?:^|\.)(?:consul|internal|test|example|invalid|localhost|home\.arpa|local|lan)$/;

function domainFindings(agent: NonNullable<DnsSight['agent']>): Finding[] {
  return [...multicast(agent.domains), ...publicDomain(agent)];
}

/** RFC 6762 section 3: resolvers ask the neighbours about these names, and no server. */
function multicast(domains: readonly string[]): Finding[] {
  return domains
    .filter((domain) => /(?:^|\.)local$/.test(domain))
    .map((domain) => ({
      ok: false,
      text: `The domain ${domain} ends in .local: many resolvers ask their neighbours about such names, and not this agent.`,
      remedy: 'Choose a domain of your own, or one below .internal.',
    }));
}

function publicDomain(agent: NonNullable<DnsSight['agent']>): Finding[] {
  const isPublic = agent.domains.some((domain) => domain.includes('.') && !RESERVED.test(domain));
  if (!isPublic || agent.fallthrough) return [];
  return [
    {
      ok: false,
      text: `The domain ${agent.domains[0]} may be one of the public DNS: names of it that the catalog does not hold are not found here.`,
      remedy: 'Set dns { fallthrough = true  recursors = […] }, so that they are asked elsewhere.',
    },
  ];
}
