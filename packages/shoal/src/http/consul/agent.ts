import { arch, availableParallelism, platform } from 'node:os';
import { commitPlanned } from '../../catalog/commit.ts';
import { planDeregister } from '../../catalog/deregister.ts';
import { type Answer, empty, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import type { ApiRequest } from '../shared/request.ts';
import { hostInfo } from './agent-host.ts';
import { monitor } from './agent-monitor.ts';
import type { ConsulApiDeps } from './deps.ts';
import { NoSegmentsError } from './errors.ts';
import { memberFields } from './filter-fields.ts';
import { prometheusText } from './metrics.ts';
import { memberObject } from './objects.ts';
import { wanMembers } from './wan.ts';

/** The agent itself: who it is, who it knows, how it does. */
export function agentEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/agent/self', methods: { GET: () => json(self(deps)) } },
    { path: '/v1/agent/members', methods: { GET: (request) => json(members(deps, request)) } },
    { path: '/v1/agent/metrics', methods: { GET: (request) => metrics(deps, request) } },
    { path: '/v1/agent/host', methods: { GET: async () => json(await hostInfo(deps.facts.nodeId, deps.wallClock())) } },
    { path: '/v1/agent/join/*', methods: { PUT: (request) => join(deps, request) } },
    { path: '/v1/agent/force-leave/*', methods: { PUT: (request) => forceLeave(deps, request) } },
    ...(deps.agentVersion ? [{ path: '/v1/agent/version', methods: { GET: () => json(versionOf(deps)) } }] : []),
    ...controls(deps),
  ];
}

/** Consul 1.8 has no such endpoint, and its clients are answered as it does; who has later ones switches it on. */
function versionOf({ facts }: ConsulApiDeps) {
  return { SHA: facts.revision, BuildDate: facts.builtAt, HumanVersion: facts.version, FIPS: '' };
}

function members(deps: ConsulApiDeps, { query }: ApiRequest) {
  const passes = filterOf(query, memberFields);
  const segment = query.get('segment') ?? '';
  if (segment !== '' && segment !== '_all') throw new NoSegmentsError();
  const isWan = (query.get('wan') ?? '') !== '';
  const found = isWan ? wanMembers(deps) : deps.members().map((member) => memberObject(deps.facts, member));
  return found.filter(passes);
}

/** Consul serves Prometheus where a retention time is set. */
function metrics({ metrics, prometheus }: ConsulApiDeps, { query }: ApiRequest): Answer {
  const snapshot = metrics.snapshot();
  if (query.get('format') !== 'prometheus') return json(snapshot);
  if (!prometheus()) return text(415, 'Prometheus is not enabled since its retention time is not positive');
  const body = {
    kind: 'text',
    text: prometheusText(snapshot),
    type: 'text/plain; version=0.0.4; charset=utf-8',
  } as const;
  return { status: 200, body };
}

/** Agents join with their configuration and a token; who is asked to join itself, or a member, is there already. */
function join(deps: ConsulApiDeps, { params }: ApiRequest): Answer {
  const address = (params['*'] ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const isMember = deps.members().some((member) => member.address === address || member.name === address);
  if (isMember || address === '127.0.0.1' || address === 'localhost') return empty();
  return text(
    500,
    `agent: ${JSON.stringify(params['*'])} is no member of this cluster; start the agent there with this one in retry_join and a join token`,
  );
}

/** A failed agent is forgotten: its node leaves the catalog with all that is on it. */
async function forceLeave(deps: ConsulApiDeps, { params }: ApiRequest): Promise<Answer> {
  const name = params['*'] ?? '';
  const member = deps.members().find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (!member) return text(500, `agent: No node found with name '${name}'`);
  if (member.status === 'failed' || member.status === 'left') {
    const gone = { Node: member.name, ServiceID: '', CheckID: '' };
    await commitPlanned(deps.state, (tables) => planDeregister(tables, gone));
  }
  return empty();
}

/** Only what the agent really offers has an endpoint. */
function controls({ reload, leave, logs }: ConsulApiDeps): Endpoint[] {
  const run = (action: () => Promise<void>) => async () => {
    await action();
    return empty();
  };
  return [
    ...(reload ? [{ path: '/v1/agent/reload', methods: { PUT: run(reload) } }] : []),
    ...(leave ? [{ path: '/v1/agent/leave', methods: { PUT: run(leave) } }] : []),
    ...(logs ? [{ path: '/v1/agent/monitor', methods: { GET: (request: ApiRequest) => monitor(logs, request) } }] : []),
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
      NodeID: facts.nodeId,
      Version: facts.version,
      Revision: facts.revision,
      PrimaryDatacenter: facts.datacenter,
      NodeMeta: facts.meta,
      // What Nomad's fingerprint and others look for: there is no mesh, no ACLs, no TLS port of Consul's.
      ACLsEnabled: false,
      EnableDebug: deps.profiling ?? false,
      ConnectEnabled: false,
      GRPCPort: -1,
      GRPCTLSPort: -1,
    },
    Coord: own ? (deps.coordinates.get(own.name)?.Coord ?? null) : null,
    Member: own ? memberObject(facts, own) : null,
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
      known_datacenters: String(1 + deps.federation.list().length),
      acl: 'disabled',
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
      max_procs: String(availableParallelism()),
      goroutines: String(process.getActiveResourcesInfo().length),
      os: platform(),
      version: process.version,
    },
    serf_lan: {
      encrypted: 'true',
      failed: String(deps.members().filter(({ status }) => status === 'failed').length),
      left: String(deps.members().filter(({ status }) => status === 'left').length),
      members: String(deps.members().length),
    },
  };
}
