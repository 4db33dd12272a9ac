import { randomUUID } from 'node:crypto';
import type { AgentConfig } from '../config/agent-config.ts';
import type { DnsServer } from '../dns/server.ts';
import type { Federation } from '../federation/federation.ts';
import { asConfigured, consulEndpoints, createConsulApi } from '../http/consul/api.ts';
import type { ConsulApiDeps, ConsulFacts } from '../http/consul/deps.ts';
import { consulDialect } from '../http/consul/dialect.ts';
import type { DnsFacts } from '../http/consul/dns.ts';
import { inDatacenters } from '../http/consul/elsewhere.ts';
import { createHttpMetrics } from '../http/consul/metrics.ts';
import type { Endpoint, Handler } from '../http/shared/api.ts';
import { type ApiServer, type ApiServerOptions, createApiServer } from '../http/shared/api-server.ts';
import type { ApiRequest, Method } from '../http/shared/request.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/state.ts';
import { forwardEverything, forwarding } from './cluster/forward.ts';
import type { Membership } from './cluster/membership.ts';
import type { DiscoveryRole } from './discovery-role.ts';
import type { ClusterView } from './members.ts';
import { safetyOf } from './safety.ts';

export type ConsulServerDeps = {
  config: AgentConfig;
  state: State;
  discovery: DiscoveryRole;
  federation: Federation;
  facts: ConsulFacts;
  cluster: ClusterView;
  /** Of an agent whose servers are elsewhere. */
  membership: Membership | undefined;
  log: Log;
  onLeave?: () => void;
  onReload?: () => Promise<void>;
  /** Whether metrics are served to Prometheus at present. */
  prometheus: () => boolean;
};

/** Consul's API on its addresses; undefined where it is turned off. */
export function createConsulServer(deps: ConsulServerDeps): ApiServer | undefined {
  const { config, facts, log, discovery, onLeave, onReload, cluster, membership } = deps;
  const port = config.ports.consulHttp;
  if (port === undefined || config.listen.consulHttp.length === 0) return undefined;
  const api: ConsulApiDeps = {
    state: deps.state,
    registry: discovery.registry,
    syncCatalog: () => discovery.sync.flush(),
    sessions: discovery.sessions,
    events: discovery.events,
    coordinates: discovery.coordinates,
    federation: deps.federation,
    newId: randomUUID,
    limits: { value: config.http.kvMaxValueSize, txn: config.http.txnMaxRequestSize },
    access: { blocked: config.http.blockEndpoints, writers: config.http.allowWriteFrom },
    waits: { usualMs: config.http.defaultQueryTimeMs, mostMs: config.http.maxQueryTimeMs },
    facts,
    members: cluster.members,
    leader: cluster.leader,
    peers: cluster.peers,
    metrics: createHttpMetrics({ now: () => performance.now(), wallClock: Date.now }),
    prometheus: deps.prometheus,
    profiling: config.enableDebug,
    agentVersion: config.http.agentVersion,
    ...(discovery.dns && { dns: dnsFacts(config, discovery.dns) }),
    ...(log.lines && { logs: log.lines }),
    random: Math.random,
    now: () => performance.now(),
    wallClock: Date.now,
    ...(onLeave && { leave: async () => onLeave() }),
    ...(onReload && { reload: onReload }),
  };
  const serving: Omit<ApiServerOptions, 'endpoints' | 'dialect' | 'onAnswer'> = {
    what: 'The Consul API',
    addresses: config.listen.consulHttp,
    port,
    safety: safetyOf(config, config.listen.consulHttp),
    headers: config.http.responseHeaders,
    ...(config.http.maxHeaderBytes !== undefined && { maxHeaderBytes: config.http.maxHeaderBytes }),
    onFailure: (error, { method, url }) =>
      log.error({ method, url, error: String(error) }, 'http: a request to the Consul API failed'),
    onMissingAddress: (address) =>
      log.warn({ address }, 'http: the Consul API waits for an address that this machine does not have yet'),
  };
  if (!membership) return createConsulApi(api, serving);
  return createApiServer({
    ...serving,
    dialect: consulDialect,
    endpoints: asConfigured(inDatacenters(api, memberEndpoints(api, membership)), api),
    untilChanged: api.state.untilChanged.bind(api.state),
    mayRepeat: () => !membership.isAway(),
    onAnswer: ({ method, route, milliseconds }) => api.metrics.answered(method, route, milliseconds),
  });
}

function dnsFacts({ dns }: AgentConfig, server: DnsServer): DnsFacts {
  const { domain, altDomains, recursors, fallthrough } = dns;
  return { domain, altDomains, recursors, fallthrough, addresses: server.addresses, explain: server.explain };
}

/** Who is forgotten is forgotten by the servers. */
const OWN = /^\/debug\/|^\/v1\/(?:agent\/(?!force-leave)|status\/|event\/list)/;
const WRITTEN = ['/v1/txn'];
const MIRRORED = /^\/v1\/(?:catalog|health|query)(?:\/|$)/;

/** An agent whose servers are elsewhere answers for itself, reads the catalog from its mirror, and passes everything else on. */
function memberEndpoints(api: ConsulApiDeps, membership: Membership): Endpoint[] {
  const endpoints = consulEndpoints(api);
  const own = endpoints.filter(({ path }) => OWN.test(path));
  const mirrored = endpoints
    .filter(({ path }) => MIRRORED.test(path))
    .map((endpoint) => ({ ...endpoint, methods: readHere(endpoint, membership, api.facts) }));
  const written = WRITTEN.map((path) => ({ path, methods: { PUT: writeThrough(membership) } }));
  const session = { path: '/v1/session/create', methods: { PUT: onOwnNode(api.facts.nodeName, membership) } };
  return [...own, ...mirrored, ...written, session, ...forwardEverything(membership.link, 'consul')];
}

function readHere(endpoint: Endpoint, membership: Membership, facts: ConsulFacts): Endpoint['methods'] {
  const methods = Object.keys(endpoint.methods) as Method[];
  return Object.fromEntries(
    methods.map((method) => [
      method,
      method === 'GET' ? mirrorFirst(endpoint, membership, facts) : writeThrough(membership),
    ]),
  );
}

/** `_agent` is the one that was asked. */
function nearNode(request: ApiRequest, node: string): ApiRequest {
  const { method, path, url, params, query, headers, remoteAddress, signal, body } = request;
  const own = url.replace(/([?&]near=)_agent(?=&|$)/, `$1${encodeURIComponent(node)}`);
  return { method, path, url: own, params, query, headers, remoteAddress, signal, body };
}

/** A session that names no node is one of the agent that was asked, not of the server that makes it. */
function onOwnNode(Node: string, { link }: Membership): Handler {
  const toServer = forwarding(link, 'consul');
  return (request) => {
    const { method, path, url, params, query, headers, remoteAddress, signal } = request;
    const body = withNode(request.body, Node);
    return toServer({ method, path, url, params, query, headers, remoteAddress, signal, body });
  };
}

function withNode(body: Buffer, Node: string): Buffer {
  try {
    const given: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (typeof given !== 'object' || given === null || Array.isArray(given)) return body;
    const named = Object.entries(given).some(([name, value]) => name.toLowerCase() === 'node' && value !== '');
    return named ? body : Buffer.from(JSON.stringify({ ...given, Node }));
  } catch {
    // The server says what is wrong with it.
    return body;
  }
}

/** Who has written reads it here the next moment. */
function writeThrough({ link, caughtUp }: Membership): Handler {
  const toServer = forwarding(link, 'consul');
  return async (request) => {
    const answer = await toServer(request);
    await caughtUp();
    return answer;
  };
}

/** The servers are asked while nothing is known here yet, when the user wants their word (`?consistent`), and for a datacenter that only they may know. */
function mirrorFirst({ methods }: Endpoint, { link, mirror, isAway }: Membership, facts: ConsulFacts): Handler {
  const fromMirror = methods.GET as Handler;
  const fromServer = forwarding(link, 'consul');
  return async (request) => {
    const isEmpty = mirror.servedIndex === undefined && !isAway();
    const datacenter = request.query.get('dc') || facts.datacenter;
    const isElsewhere = datacenter.toLowerCase() !== facts.datacenter.toLowerCase() && !isAway();
    if (isEmpty || isElsewhere || request.query.has('consistent')) return fromServer(request);
    // Only the servers know how far it is from one node to another.
    if (request.query.get('near') && !isAway()) return fromServer(nearNode(request, facts.nodeName));
    const answer = await fromMirror(request);
    if (!isAway()) return answer;
    const { holdsFor: _, headers, ...rest } = answer;
    return { ...rest, headers: { ...headers, 'x-consul-knownleader': 'false' } };
  };
}
