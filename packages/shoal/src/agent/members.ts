import { catalogMembers } from '../catalog/members.ts';
import type { ConsulFacts, Member } from '../http/consul/deps.ts';
import type { State } from '../state/state.ts';

/** What this agent knows of the cluster. */
export type ClusterView = {
  /** All agents, this one first. */
  members(): Member[];
  /** `address:port` of the leader's agents' port; '' while none is known to answer. */
  leader(): string;
  /** `address:port` of all servers. */
  peers(): string[];
};

export type ClusterViewDeps = {
  readonly state: State;
  readonly facts: ConsulFacts;
  /** No server answers this agent: then those in its catalog cannot be said to be alive. */
  readonly isAway: () => boolean;
};

export function clusterView({ state, facts, isAway }: ClusterViewDeps): ClusterView {
  const own: Member = {
    name: facts.nodeName,
    address: facts.address,
    port: facts.server ? facts.rpcPort : 0,
    id: facts.nodeId,
    role: facts.server ? 'server' : 'client',
    status: 'alive',
  };
  const members = (): Member[] => {
    const others = catalogMembers(state).filter(({ name }) => name.toLowerCase() !== own.name.toLowerCase());
    const seen = others.map((other) =>
      isAway() && other.role === 'server' ? { ...other, status: 'failed' as const } : other,
    );
    return [own, ...seen];
  };
  const servers = () => members().filter(({ role }) => role === 'server');
  const place = ({ address, port }: Member) => `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return {
    members,
    leader: () =>
      servers()
        .filter(({ status }) => status === 'alive')
        .map(place)[0] ?? '',
    peers: () => servers().map(place),
  };
}
