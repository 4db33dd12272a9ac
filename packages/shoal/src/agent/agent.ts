import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { nodeIdentity } from '../client/node-identity.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import { systemEnvironment } from '../config/load.ts';
import type { Edge } from '../edge/edge.ts';
import { hostPort } from '../host-port.ts';
import type { ApiServer } from '../http/shared/api-server.ts';
import type { Log } from '../log.ts';
import { Link } from '../rpc/link.ts';
import { roleName } from '../rpc/protocol.ts';
import { ServerList } from '../rpc/server-list.ts';
import { openState, type State } from '../state/state.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import { createConsulServer } from './api-consul.ts';
import { createNomadServer } from './api-nomad.ts';
import { type ClientRole, startClientRole } from './client-role.ts';
import { takeDataDir } from './data-dir.ts';
import { type DiscoveryRole, startDiscoveryRole } from './discovery-role.ts';
import { startEdgeRole } from './edge-role.ts';
import { consulFacts } from './facts.ts';
import { watchLateAddresses } from './late-addresses.ts';
import { type ServerRole, startServerRole } from './server-role.ts';

/** A running agent. */
export type Agent = {
  /** What it serves, with the real ports. */
  readonly serves: Serves;
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
};

/** Starts the roles that the configuration switches on, in the order in which they need each other. A start that fails undoes what was begun. */
export async function startAgent({ config, log, onLeave }: AgentOptions): Promise<Agent> {
  const startedAt = Date.now();
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
    const nodeId = config.nodeId ?? identity.id;

    const serverRole = config.server.enabled ? await startServerRole(config, dataDir.path, log) : undefined;
    if (serverRole) undo.push(() => serverRole.stop());
    const state = serverRole?.state ?? (await openReplica(dataDir.path, log));
    if (!serverRole) undo.push(() => state.close());
    const rpcPort = () => serverRole?.listener.addresses()[0]?.port ?? config.ports.rpc ?? 0;

    const facts = consulFacts({ config, nodeId, isServer: serverRole !== undefined, rpcPort: rpcPort(), startedAt });
    const discovery = await startDiscoveryRole({ config, dataDir: dataDir.path, state, facts, log });
    undo.push(() => discovery.stop());

    let clientRole: ClientRole | undefined;
    const consul = createConsulServer({ config, state, discovery, facts, log, ...(onLeave && { onLeave }) });
    await consul?.start();
    if (consul) undo.push(() => consul.stop());
    const nomad = createNomadServer({ config, serverRole, clientRole: () => clientRole, rpcPort, log });
    await nomad.start();
    undo.push(() => nomad.stop());

    clientRole = await maybeClient({
      config,
      dataDir: dataDir.path,
      identity: { ...identity, id: nodeId },
      serverRole,
      discovery,
      rpcPort,
      log,
    });
    if (clientRole) {
      const role = clientRole;
      undo.push((tasks) => role.stop({ tasks }));
    }
    const edge = config.edge.enabled ? await startEdgeRole(config, consulAddress(consul), log) : undefined;
    if (edge) undo.push(() => edge.stop());
    await discovery.registerSelf({
      nodeId,
      server: serverRole !== undefined,
      client: clientRole !== undefined,
      address: reachable(nomad.addresses()[0]?.address ?? config.advertise.address, config),
      httpPort: nomad.addresses()[0]?.port ?? 0,
      rpcPort: rpcPort(),
    });
    if (serverRole) await clientRole?.client.ready;
    const late = watchLateAddresses({
      pending: config.pending,
      environment: systemEnvironment,
      listenOn: listenersOf({ config, nomad, consul, discovery, serverRole, edge }),
      log,
    });
    undo.push(async () => late.stop());
    const serves = servesOf({ nomad, consul, discovery, serverRole, edge });
    return { serves, stop: ({ tasks }) => stopAll(tasks) };
  } catch (error) {
    await stopAll('keep');
    throw error;
  }
}

/** What an agent without the server role knows of the catalog; kept, so that it can answer while no server does. */
async function openReplica(dataDir: string, log: Log): Promise<State> {
  return openState(await openEmbeddedStore({ path: join(dataDir, 'agent', 'replica') }), {
    onDefect: (error) => log.error({ error: String(error) }, 'state: a change could not be taken in by all'),
  });
}

type ClientNeeds = {
  config: AgentConfig;
  dataDir: string;
  identity: { id: string; secret: string };
  serverRole: ServerRole | undefined;
  discovery: DiscoveryRole;
  rpcPort: () => number;
  log: Log;
};

async function maybeClient(needs: ClientNeeds): Promise<ClientRole | undefined> {
  const { config, serverRole, discovery, log } = needs;
  if (!config.client.enabled) return undefined;
  if (!serverRole) {
    log.warn(
      {},
      'client: this agent has no certificate of a cluster yet, so it runs no tasks: run it with the server role, too',
    );
    return undefined;
  }
  const own = { host: dialled(serverRole.listener.addresses()[0]?.address ?? ''), port: needs.rpcPort() };
  const link = new Link({
    identity: () => serverRole.identity,
    serverNames: [roleName('server', config.region)],
    servers: new ServerList([own]),
    node: { nodeId: needs.identity.id, secret: needs.identity.secret },
  });
  const role = await startClientRole({
    config,
    dataDir: needs.dataDir,
    nodeIdentity: needs.identity,
    httpAddr: config.advertise.http,
    link,
    registrar: discovery.registrar,
    log,
  });
  return {
    ...role,
    async stop(how) {
      await role.stop(how);
      link.stop();
    },
  };
}

function consulAddress(consul: ApiServer | undefined): string {
  const served = consul?.addresses()[0];
  if (!served)
    throw new Error(
      'the edge follows the catalog over the Consul API, which is turned off (ports { consul_http }): turn it on',
    );
  return `http://${hostPort(dialled(served.address), served.port)}`;
}

/** A wildcard address is listened on, but not dialled. */
function reachable(address: string, config: AgentConfig): string {
  return address === '0.0.0.0' || address === '::' || address === '' ? config.advertise.address : address;
}

/** The same, for this machine itself. */
function dialled(address: string): string {
  return address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
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
      discovery.dns && ((host: string) => discovery.dns?.listen({ host, port: ports.dns ?? 0 }) ?? Promise.resolve()),
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
