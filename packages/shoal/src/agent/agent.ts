import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { nodeIdentity } from '../client/node-identity.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { systemEnvironment } from '../config/load.ts';
import type { Reload } from '../config/reload.ts';
import type { Edge } from '../edge/edge.ts';
import { createFederation } from '../federation/federation.ts';
import type { ApiServer } from '../http/shared/api-server.ts';
import type { Log } from '../log.ts';
import { createConsulServer } from './api-consul.ts';
import { createNomadServer } from './api-nomad.ts';
import { type ClientRole, startClientRole } from './client-role.ts';
import type { Membership } from './cluster/membership.ts';
import { keepOwnCoordinate } from './cluster/own-coordinate.ts';
import { takeDataDir } from './data-dir.ts';
import { type DiscoveryRole, dnsPorts, startDiscoveryRole } from './discovery-role.ts';
import { startEdgeRole } from './edge-role.ts';
import { DataDirError, isNoRoom } from './errors.ts';
import { consulFacts } from './facts.ts';
import { watchLateAddresses } from './late-addresses.ts';
import { clusterView } from './members.ts';
import { dialled, reachable } from './reachable.ts';
import { reloading, type Takers } from './reloading.ts';
import type { ServedApi, ServerRole } from './server-role.ts';
import { type Standing, takeStanding } from './standing.ts';
import { startWatchRole } from './watch-role.ts';

/** A running agent. */
export type Agent = {
  /** What it serves, with the real ports. */
  readonly serves: Serves;
  /** Applies what can be applied of a configuration that was read again, and says what that is. One call at a time. */
  reload(config: AgentConfig): Promise<Reload>;
  /** `keep`: tasks go on, and the next agent finds them. `stop`: they are ended first. May be called twice. */
  stop(how: { tasks: 'keep' | 'stop' }): Promise<void>;
};

export type Served = { readonly address: string; readonly port: number };
export type Serves = { http: Served[]; consulHttp: Served[]; dns: Served[]; rpc: Served[]; edge: Served[] };

export type AgentOptions = {
  readonly config: AgentConfig;
  readonly log: Log;
  /** Called when the agent is asked over HTTP to leave. */
  readonly onLeave?: () => void;
  /** Called when the agent is asked over HTTP to read its configuration again. */
  readonly onReload?: () => Promise<void>;
  /** Ends a start that waits for a server to join. */
  readonly signal?: AbortSignal;
};

/** Starts the roles that the configuration switches on, in the order in which they need each other. A start that fails undoes what was begun. */
export async function startAgent({ config, log, onLeave, onReload, signal }: AgentOptions): Promise<Agent> {
  const startedAt = Date.now();
  let inForce = config;
  const undo: ((tasks: 'keep' | 'stop') => Promise<unknown>)[] = [];
  const stopAll = async (tasks: 'keep' | 'stop') => {
    for (const stop of undo.splice(0).reverse())
      await stop(tasks).catch((error: unknown) =>
        log.error({ error: String(error) }, 'agent: a part did not stop in order'),
      );
  };
  try {
    const dataDir = await takeDataDir(config.dataDir);
    undo.push(() => dataDir.release());
    const identity = await nodeIdentity(dataDir.path, randomUUID);
    const node = { ...identity, id: config.nodeId ?? identity.id };

    const standing = await takeStanding({
      config,
      dataDir: dataDir.path,
      node,
      signal: signal ?? new AbortController().signal,
      log,
    });
    undo.push(() => standing.stop());
    const { state, writer, serverRole, membership } = standing;
    const rpcPort = serverRole?.listener.addresses()[0]?.port ?? config.ports.rpc ?? 0;

    const meta = () => inForce.nodeMeta;
    const isServer = serverRole !== undefined;
    const facts = consulFacts({ config, nodeId: node.id, isServer, rpcPort, startedAt, meta });
    const federation = createFederation({ log, now: () => performance.now() });
    undo.push(async () => federation.stop());
    await federation.use(config.remoteDatacenters);
    const discovery = await startDiscoveryRole({
      ...{ config, dataDir: dataDir.path, state, writer, facts, federation, log },
    });
    undo.push(() => discovery.stop());
    membership?.onReturn(() => void discovery.sync.resync());

    let clientRole: ClientRole | undefined;
    const cluster = clusterView({ state, facts, isAway: () => membership?.isAway() ?? false });
    const consul = createConsulServer({
      config,
      state,
      discovery,
      federation,
      facts,
      cluster,
      membership,
      log,
      prometheus: () => inForce.telemetry.prometheusRetention,
      ...(onLeave && { onLeave }),
      ...(onReload && { onReload }),
    });
    await consul?.start();
    if (consul) undo.push(() => consul.stop());
    const nomad = createNomadServer({ config, serverRole, clientRole: () => clientRole, cluster, membership, log });
    await nomad.start();
    undo.push(() => nomad.stop());
    serverRole?.serveApis({ nomad: served(nomad), ...(consul && { consul: served(consul) }) });

    clientRole = await maybeClient({
      ...{ config, dataDir: dataDir.path, identity: node, standing, discovery, log },
      consulUrl: () => consulUrl(consul),
    });
    if (clientRole) {
      const role = clientRole;
      undo.push((tasks) => role.stop({ tasks }));
    }
    const watch = (wanted: AgentConfig) => startWatchRole(wanted, () => consulAddress(consul), log);
    let watches = watch(config);
    undo.push(async () => watches?.stop());
    const edge = config.edge.enabled ? await startEdgeRole(config, consulAddress(consul), log) : undefined;
    if (edge) undo.push(() => edge.stop());
    await discovery.registerSelf({
      nodeId: node.id,
      server: serverRole !== undefined,
      client: clientRole !== undefined,
      address: reachable(nomad.addresses()[0]?.address ?? config.advertise.address, config),
      httpPort: nomad.addresses()[0]?.port ?? 0,
      rpcPort,
    });
    if (serverRole) await clientRole?.client.ready;
    const late = watchLateAddresses({
      pending: config.pending,
      environment: systemEnvironment,
      listenOn: listenersOf({ config, nomad, consul, discovery, serverRole, edge }),
      log,
    });
    undo.push(async () => late.stop());
    if (membership) undo.push(keepOwnCoordinate(membership, facts.nodeName, cluster));
    if (membership) undo.push((tasks) => leave({ membership, discovery, clientRole, tasks }));
    const serves = servesOf({ nomad, consul, discovery, serverRole, edge });
    const takers: Takers = {
      ...(log.setLevel && { log: ({ log: { level } }) => log.setLevel?.(level) }),
      services: (wanted) => discovery.configured.apply(wanted),
      dns: ({ dns }) => discovery.dns?.useSettings(dns),
      http({ http: { responseHeaders } }) {
        for (const api of [nomad, consul]) api?.useHeaders(responseHeaders);
      },
      telemetry: () => undefined,
      datacenters: ({ remoteDatacenters }) => federation.use(remoteDatacenters),
      async node(wanted) {
        await Promise.all([discovery.sync.resync(), clientRole?.reload(wanted)]);
      },
      async watches(wanted) {
        await watches?.stop();
        watches = watch(wanted);
      },
      // The files may hold new certificates under the same names.
      ...(config.tls.files && { tls: ({ tls: { files } }) => files && standing.readCertificates(files) }),
    };
    const inForceFrom = (wanted: AgentConfig) => {
      inForce = wanted;
    };
    const reload = reloading({ config, takers, always: ['tls', 'datacenters'], inForce: inForceFrom, log });
    return { serves, reload, stop: ({ tasks }) => stopAll(tasks) };
  } catch (error) {
    await stopAll('keep');
    throw isNoRoom(error) ? new DataDirError(config.dataDir ?? tmpdir(), error) : error;
  }
}

type Leaving = {
  membership: Membership;
  discovery: DiscoveryRole;
  clientRole: ClientRole | undefined;
  tasks: 'keep' | 'stop';
};

const LAST_WORDS_MS = 100;

/** Who stops its tasks leaves the cluster: they are wanted elsewhere at once. An agent that only restarts says nothing. */
async function leave({ membership, discovery, clientRole, tasks }: Leaving): Promise<void> {
  if (tasks === 'keep') return;
  clientRole?.retire();
  await discovery.sync.stop();
  // What was on its way must not arrive after the goodbye.
  await delay(LAST_WORDS_MS);
  await membership.leave();
}

function served({ app, upgrade }: ApiServer): ServedApi {
  return { answer: (request, response) => app.routing(request, response), upgrade };
}

type ClientNeeds = {
  config: AgentConfig;
  dataDir: string;
  identity: { id: string; secret: string };
  standing: Standing;
  discovery: DiscoveryRole;
  consulUrl: () => string | undefined;
  log: Log;
};

async function maybeClient({ standing: { link }, ...needs }: ClientNeeds): Promise<ClientRole | undefined> {
  const { config, discovery, log } = needs;
  if (!config.client.enabled) return undefined;
  if (!link) {
    log.warn({}, 'client: this agent knows no server, so it runs no tasks: name one in retry_join');
    return undefined;
  }
  return startClientRole({
    config,
    dataDir: needs.dataDir,
    nodeIdentity: needs.identity,
    httpAddr: config.advertise.http,
    link,
    registrar: discovery.registrar,
    consulUrl: needs.consulUrl,
    serveDns: discovery.taskDns?.serve,
    log,
  });
}

function consulAddress(consul: ApiServer | undefined): string {
  const url = consulUrl(consul);
  if (url === undefined)
    throw new Error(
      'the edge and watches follow the catalog over the Consul API, which is turned off (ports { consul_http }): turn it on',
    );
  return url;
}

/** Where this agent itself reaches its Consul API; undefined while it is served nowhere. */
function consulUrl(consul: ApiServer | undefined): string | undefined {
  const served = consul?.addresses()[0];
  return served && `http://${hostOf(dialled(served.address))}:${served.port}`;
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

type Parts = {
  nomad: ApiServer;
  consul: ApiServer | undefined;
  discovery: DiscoveryRole;
  serverRole: ServerRole | undefined;
  edge: Edge | undefined;
};

function listenersOf({ config, nomad, consul, discovery, serverRole, edge }: Parts & { config: AgentConfig }) {
  const { ports } = config;
  return {
    http: (address: string) => nomad.listen(address),
    consulHttp: consul && ((address: string) => consul.listen(address)),
    dns:
      discovery.dns &&
      (async (host: string) => {
        for (const port of dnsPorts(config)) await discovery.dns?.listen({ host, port });
      }),
    rpc: serverRole && ((address: string) => serverRole.listener.listen(address)),
    edge: edge && ((host: string) => edge.listen({ host, port: ports.edgeHttp ?? 0 })),
  };
}

function servesOf(parts: Parts): Serves {
  const named = ({ host, port }: { host: string; port: number }) => ({ address: host, port });
  return {
    http: parts.nomad.addresses(),
    consulHttp: parts.consul?.addresses() ?? [],
    dns: parts.discovery.dns?.addresses().map(named) ?? [],
    rpc: parts.serverRole?.listener.addresses() ?? [],
    edge: parts.edge?.addresses().map(named) ?? [],
  };
}
