import type { AgentConfig } from '../config/agent-config.ts';
import type { Member } from '../http/consul/deps.ts';
import type { AgentFacts } from '../http/nomad/agent.ts';
import { NOMAD_API_VERSION, VERSION } from '../version.ts';
import type { ClientRole } from './client-role.ts';
import type { ClusterView } from './members.ts';
import type { ServerRole } from './server-role.ts';

export type NomadFactsDeps = {
  readonly config: AgentConfig;
  readonly serverRole: ServerRole | undefined;
  readonly clientRole: () => ClientRole | undefined;
  readonly cluster: ClusterView;
};

/** What `/v1/agent/…` and `/v1/status/…` of Nomad's API say about this agent. */
export function nomadFacts(deps: NomadFactsDeps): AgentFacts {
  const { config, cluster } = deps;
  const one = (known: Member) => member(config, known);
  return {
    region: config.region,
    datacenter: config.datacenter,
    serverName: `${config.nodeName}.${config.region}`,
    leader: cluster.leader,
    peers: cluster.peers,
    members: () =>
      cluster
        .members()
        .filter(({ role }) => role === 'server')
        .map(one),
    self: () => ({ config: selfConfig(config), member: one(ownOf(cluster)), stats: stats(deps) }),
    health: () => ({
      ...(deps.serverRole && { server: { ok: true, message: 'ok' } }),
      ...(deps.clientRole() && { client: { ok: true, message: 'ok' } }),
    }),
  };
}

/** Names of the configuration's fields are Nomad's. Protocol versions are those that its clients expect of a server of today. */
function member(config: AgentConfig, { name, address, port, role, status }: Member) {
  return {
    Name: `${name}.${config.region}`,
    Addr: address,
    Port: port,
    Tags: {
      role: role === 'server' ? 'nomad' : 'client',
      region: config.region,
      dc: config.datacenter,
      id: name,
      port: String(port),
      rpc_addr: address,
      bootstrap: '1',
      build: NOMAD_API_VERSION,
      shoal: VERSION,
      vsn: '1',
    },
    Status: status,
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}

function ownOf({ members }: ClusterView): Member {
  return members()[0] as Member;
}

function selfConfig(config: AgentConfig) {
  return {
    Region: config.region,
    Datacenter: config.datacenter,
    NodeName: config.nodeName,
    DataDir: config.dataDir ?? '',
    LogLevel: config.log.level.toUpperCase(),
    BindAddr: config.listen.http[0] ?? '',
    DevMode: config.dev,
    Ports: { HTTP: config.ports.http ?? 0, RPC: config.ports.rpc ?? 0, Serf: config.ports.rpc ?? 0 },
    AdvertiseAddrs: { HTTP: config.advertise.http, RPC: config.advertise.rpc, Serf: config.advertise.rpc },
    Server: { Enabled: config.server.enabled, BootstrapExpect: config.server.bootstrapExpect },
    Client: { Enabled: config.client.enabled, NodeClass: config.client.nodeClass, Meta: config.client.meta },
    ACL: { Enabled: false, TokenTTL: 30_000_000_000, PolicyTTL: 30_000_000_000, ReplicationToken: '' },
    LeaveOnInt: config.leaveOnInterrupt,
    LeaveOnTerm: config.leaveOnTerminate,
    Version: { Revision: '', Version: NOMAD_API_VERSION, VersionPrerelease: '', VersionMetadata: `shoal-${VERSION}` },
    UI: { Enabled: config.ui },
  };
}

/** All values are text, as Nomad prints them. */
function stats({ cluster, serverRole, clientRole }: NomadFactsDeps) {
  const client = clientRole();
  const index = String(serverRole?.state.index() ?? 0);
  return {
    runtime: { version: process.version, arch: process.arch, 'kernel.name': process.platform },
    ...(serverRole && {
      nomad: {
        server: 'true',
        leader: 'true',
        leader_addr: cluster.leader(),
        bootstrap: 'true',
        known_regions: '1',
      },
      raft: { state: 'Leader', applied_index: index, commit_index: index, last_log_index: index, num_peers: '0' },
    }),
    ...(client && {
      client: {
        node_id: client.client.node().ID,
        known_servers: cluster.peers().join(','),
        num_allocations: String(client.client.allocationCount()),
        last_heartbeat: `${Math.round(performance.now() - client.client.heartbeat().at)}ms`,
        heartbeat_ttl: `${client.client.heartbeat().ttlMs}ms`,
      },
    }),
  };
}
