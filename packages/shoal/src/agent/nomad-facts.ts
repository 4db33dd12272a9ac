import type { AgentConfig } from '../config/agent-config.ts';
import type { AgentFacts } from '../http/nomad/agent.ts';
import { NOMAD_API_VERSION, VERSION } from '../version.ts';
import type { ClientRole } from './client-role.ts';
import type { ServerRole } from './server-role.ts';

export type NomadFactsDeps = {
  readonly config: AgentConfig;
  readonly serverRole: ServerRole | undefined;
  readonly clientRole: () => ClientRole | undefined;
  /** Of the agents' port. */
  readonly rpcPort: () => number;
};

/** What `/v1/agent/…` and `/v1/status/…` of Nomad's API say about this agent. */
export function nomadFacts(deps: NomadFactsDeps): AgentFacts {
  const { config } = deps;
  const rpc = () => config.advertise.rpc;
  return {
    region: config.region,
    datacenter: config.datacenter,
    serverName: `${config.nodeName}.${config.region}`,
    leader: rpc,
    peers: () => [rpc()],
    members: () => [member(deps)],
    self: () => ({ config: selfConfig(config), member: member(deps), stats: stats(deps) }),
    health: () => ({
      ...(deps.serverRole && { server: { ok: true, message: 'ok' } }),
      ...(deps.clientRole() && { client: { ok: true, message: 'ok' } }),
    }),
  };
}

/** Names of the configuration's fields are Nomad's. Protocol versions are those that its clients expect of a server of today. */
function member({ config, serverRole, rpcPort }: NomadFactsDeps) {
  return {
    Name: `${config.nodeName}.${config.region}`,
    Addr: config.advertise.address,
    Port: rpcPort(),
    Tags: {
      role: serverRole ? 'nomad' : 'client',
      region: config.region,
      dc: config.datacenter,
      id: config.nodeName,
      port: String(rpcPort()),
      rpc_addr: config.advertise.address,
      bootstrap: '1',
      build: NOMAD_API_VERSION,
      shoal: VERSION,
      vsn: '1',
    },
    Status: 'alive',
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
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
function stats({ config, serverRole, clientRole }: NomadFactsDeps) {
  const client = clientRole();
  const index = String(serverRole?.state.index() ?? 0);
  return {
    runtime: { version: process.version, arch: process.arch, 'kernel.name': process.platform },
    ...(serverRole && {
      nomad: {
        server: 'true',
        leader: 'true',
        leader_addr: config.advertise.rpc,
        bootstrap: 'true',
        known_regions: '1',
      },
      raft: { state: 'Leader', applied_index: index, commit_index: index, last_log_index: index, num_peers: '0' },
    }),
    ...(client && {
      client: {
        node_id: client.client.node().ID,
        known_servers: config.advertise.rpc,
        num_allocations: String(client.client.allocationCount()),
        last_heartbeat: `${Math.max(0, Date.now() - client.client.heartbeat().at)}ms`,
        heartbeat_ttl: `${client.client.heartbeat().ttlMs}ms`,
      },
    }),
  };
}
