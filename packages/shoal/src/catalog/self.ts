import type { CheckEntry, NodeEntry, ServiceEntryRow } from './registration.ts';

/** What an agent says of itself in the catalog. */
export type AgentFacts = {
  /** UUID */
  readonly nodeId: string;
  readonly nodeName: string;
  readonly datacenter: string;
  /** The address that other agents reach it at. */
  readonly address: string;
  /** The address for other datacenters; the same when nothing else is known. */
  readonly wanAddress: string;
  /** Further ones by their names, or others than the usual ones. */
  readonly taggedAddresses?: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  /** Set on servers: they are instances of the service `consul`. */
  readonly server?: { readonly rpcPort: number; readonly version: string };
};

export const SERF_HEALTH = 'serfHealth';
export const ALIVE_OUTPUT = 'Agent alive and reachable';
export const CONSUL_SERVICE = 'consul';

export function nodeEntry(facts: AgentFacts): NodeEntry {
  return {
    ID: facts.nodeId,
    Node: facts.nodeName,
    Address: facts.address,
    Datacenter: facts.datacenter,
    TaggedAddresses: taggedAddresses(facts),
    Meta: { 'consul-network-segment': '', ...facts.meta },
  };
}

/** `lan` and `wan`, and each again under its address family, and what the operator adds. */
export function taggedAddresses({ address, wanAddress, taggedAddresses: given }: AgentFacts): Record<string, string> {
  const lanFamily = address.includes(':') ? 'ipv6' : 'ipv4';
  const wanFamily = wanAddress.includes(':') ? 'ipv6' : 'ipv4';
  const usual = { lan: address, [`lan_${lanFamily}`]: address, wan: wanAddress, [`wan_${wanFamily}`]: wanAddress };
  return { ...usual, ...given };
}

/** The peers' name for "the agent is there". */
export function serfHealthEntry(facts: AgentFacts): CheckEntry {
  return {
    Node: facts.nodeName,
    CheckID: SERF_HEALTH,
    Name: 'Serf Health Status',
    Status: 'passing',
    Notes: '',
    Output: ALIVE_OUTPUT,
    ServiceID: '',
    ServiceName: '',
    ServiceTags: [],
    Type: '',
    Definition: {},
  };
}

export function consulServiceEntry(facts: AgentFacts): ServiceEntryRow | undefined {
  return (
    facts.server && {
      Node: facts.nodeName,
      ServiceID: CONSUL_SERVICE,
      ServiceName: CONSUL_SERVICE,
      ServiceKind: '',
      ServiceTags: [],
      ServiceAddress: '',
      ServiceWeights: { Passing: 1, Warning: 1 },
      ServiceMeta: { version: facts.server.version },
      ServicePort: facts.server.rpcPort,
      ServiceEnableTagOverride: false,
    }
  );
}
