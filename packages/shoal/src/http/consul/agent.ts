import { arch, availableParallelism, platform } from 'node:os';
import { empty, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ConsulApiDeps, Member } from './deps.ts';

/** The agent itself: who it is, who it knows, how it does. */
export function agentEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/agent/self', methods: { GET: () => json(self(deps)) } },
    {
      path: '/v1/agent/members',
      methods: { GET: () => json(deps.members().map((member) => memberObject(deps, member))) },
    },
    {
      path: '/v1/agent/metrics',
      methods: {
        GET: (request) =>
          request.query.get('format') === 'prometheus'
            ? text(415, 'Prometheus is not enabled since its retention time is not positive')
            : json(deps.metrics.snapshot()),
      },
    },
    ...controls(deps),
  ];
}

/** Only what the agent really offers has an endpoint. */
function controls({ reload, leave }: ConsulApiDeps): Endpoint[] {
  const run = (action: () => Promise<void>) => async () => {
    await action();
    return empty();
  };
  return [
    ...(reload ? [{ path: '/v1/agent/reload', methods: { PUT: run(reload) } }] : []),
    ...(leave ? [{ path: '/v1/agent/leave', methods: { PUT: run(leave) } }] : []),
  ];
}

function self(deps: ConsulApiDeps) {
  const { facts } = deps;
  const [own] = deps.members();
  return {
    Config: {
      Datacenter: facts.datacenter,
      NodeName: facts.nodeName,
      NodeID: facts.nodeId,
      Revision: facts.revision,
      Server: facts.server !== undefined,
      Version: facts.version,
    },
    DebugConfig: {
      AdvertiseAddrLAN: facts.address,
      AdvertiseAddrWAN: facts.wanAddress,
      Datacenter: facts.datacenter,
      NodeName: facts.nodeName,
      ServerMode: facts.server !== undefined,
      ServerPort: facts.rpcPort,
    },
    Member: own ? memberObject(deps, own) : null,
    Stats: stats(deps),
    Meta: facts.meta,
  };
}

/** All values are text, as in Consul. */
function stats(deps: ConsulApiDeps) {
  const { registry, state, facts } = deps;
  const checks = [...registry.checks.values()];
  const isServer = facts.server !== undefined;
  const count = (kind: string) => String(checks.filter((check) => check.definition.run.kind === kind).length);
  const monitors = checks.filter(({ definition: { run } }) => run.kind === 'http' || run.kind === 'tcp').length;
  const own = `${facts.address}:${facts.rpcPort}`;
  return {
    agent: {
      check_monitors: String(monitors),
      check_ttls: count('ttl'),
      checks: String(checks.length),
      services: String(registry.services.size),
    },
    build: { prerelease: '', revision: facts.revision, version: facts.version },
    consul: {
      bootstrap: String(isServer && deps.peers().length === 1),
      known_datacenters: '1',
      leader: String(deps.leader() === own),
      leader_addr: deps.leader(),
      server: String(isServer),
    },
    raft: {
      applied_index: String(state.index()),
      commit_index: String(state.index()),
      last_log_index: String(state.index()),
      num_peers: String(Math.max(deps.peers().length - 1, 0)),
      state: deps.leader() === own ? 'Leader' : 'Follower',
    },
    runtime: {
      arch: arch(),
      cpu_count: String(availableParallelism()),
      goroutines: String(process.getActiveResourcesInfo().length),
      os: platform(),
      version: process.version,
    },
    serf_lan: { members: String(deps.members().length) },
  };
}

/** Serf's numbers. */
const STATUS: Record<Member['status'], number> = { alive: 1, leaving: 2, left: 3, failed: 4 };

function memberObject({ facts }: ConsulApiDeps, member: Member) {
  return {
    Name: member.name,
    Addr: member.address,
    Port: member.port,
    Tags: {
      build: facts.version,
      dc: facts.datacenter,
      id: member.id,
      role: member.role === 'server' ? 'consul' : 'node',
      ...(member.role === 'server' && { port: String(member.port) }),
    },
    Status: STATUS[member.status],
    ProtocolMin: 1,
    ProtocolMax: 5,
    ProtocolCur: 2,
    DelegateMin: 2,
    DelegateMax: 5,
    DelegateCur: 4,
  };
}
