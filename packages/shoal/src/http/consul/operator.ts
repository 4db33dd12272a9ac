import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ConsulApiDeps, Member } from './deps.ts';

/** The servers as Consul's operators know them. There is no raft here: the protocol is the one that Consul's clients expect. */
export function operatorEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [{ path: '/v1/operator/raft/configuration', methods: { GET: () => json(configuration(deps)) } }];
}

function configuration(deps: ConsulApiDeps) {
  const servers = deps.members().filter((member) => member.role === 'server');
  return { Servers: servers.map((member) => server(member, deps.leader())), Index: deps.state.index() };
}

function server(member: Member, leader: string) {
  const Address = `${member.address}:${member.port}`;
  return { ID: member.id, Node: member.name, Address, Leader: Address === leader, ProtocolVersion: '3', Voter: true };
}
