import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { createConsulClient } from '@shoal/api';
import { artifactDefaults } from '../client/artifacts/settings.ts';
import { type Client, createClient } from '../client/client.ts';
import { taskOptions } from '../client/client-options.ts';
import { systemClock } from '../client/clock.ts';
import { DOCKER, type DockerDriver, dockerDriver } from '../client/drivers/docker/docker.ts';
import { dockerSettings } from '../client/drivers/docker/settings.ts';
import type { Driver } from '../client/drivers/driver.ts';
import { EXEC, execDriver } from '../client/drivers/exec/exec.ts';
import { execSettings } from '../client/drivers/exec/settings.ts';
import { RAW_EXEC, rawExec } from '../client/drivers/raw-exec.ts';
import { rawExecSettings } from '../client/drivers/raw-exec-settings.ts';
import { thisMachine } from '../client/fingerprints/machine.ts';
import { openStateDb } from '../client/lmdb-state-db.ts';
import type { NodeIdentity } from '../client/node.ts';
import type { NodeConfig } from '../client/node-config.ts';
import type { Registrar } from '../client/registrar.ts';
import { createClientHandler } from '../client/serve/handler.ts';
import type { ServeDns } from '../client/serve-dns.ts';
import { createHostStatsReader } from '../client/stats/host-stats.ts';
import { ensureSupervisor, type Supervisor } from '../client/supervisor/client.ts';
import { type TemplateSettings, templateDefaults } from '../client/templates/settings.ts';
import { localMachine } from '../config/addresses/local-machine.ts';
import { evaluateSockaddr } from '../config/addresses/sockaddr/evaluate.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Log } from '../log.ts';
import { createDialer } from '../rpc/dialer.ts';
import type { Link } from '../rpc/link.ts';
import { CONSUL_API_VERSION, NOMAD_API_VERSION } from '../version.ts';
import { entryPath } from './entries.ts';

/** The client role in one agent: the node, its tasks, and its connections to the servers. */
export type ClientRole = {
  readonly client: Client;
  /** Answers requests for this node and its allocations (`/v1/client/…`). */
  readonly handler: ReturnType<typeof createClientHandler>;
  /** Before the agent leaves: the servers are not told any more that this node is there. */
  retire(): void;
  /** What of the node's settings may change while it runs. */
  reload(config: AgentConfig): Promise<void>;
  stop(how: { tasks: 'keep' | 'stop' }): Promise<void>;
};

export type ClientRoleDeps = {
  config: AgentConfig;
  dataDir: string;
  nodeIdentity: NodeIdentity;
  /** Where this agent's Nomad API is, as others reach it. */
  httpAddr: string;
  link: Link;
  registrar: Registrar;
  /** Where this agent's Consul API is, for itself; undefined while it is served nowhere. */
  consulUrl?: () => string | undefined;
  /** Has this agent answer DNS for tasks on an address of this machine. */
  serveDns?: ServeDns | undefined;
  log: Log;
};

export async function startClientRole(deps: ClientRoleDeps): Promise<ClientRole> {
  const { config, dataDir, nodeIdentity, log } = deps;
  const node = { nodeId: nodeIdentity.id, secret: nodeIdentity.secret };
  const dialer = createDialer({ link: deps.link, node, log, random: Math.random });
  const supervisor = await ensureSupervisor({
    dataDir,
    entry: entryPath('supervisor'),
    log: (message) => log.warn({}, `supervisor: ${message}`),
  });
  const docker = await dockerOf(deps);
  const { allows, envDenylist } = taskOptions(config.client.options);
  const drivers = [rawExecOf(deps, supervisor), execOf(deps, supervisor), docker];
  const client = createClient({
    config: nodeConfig(deps),
    identity: nodeIdentity,
    server: dialer,
    registrar: deps.registrar,
    drivers: drivers.filter(({ name }) => allows(name)),
    serveDns: deps.serveDns,
    db: openStateDb(join(dataDir, 'client', 'state.mdb')),
    clock: systemClock,
    random: Math.random,
    newId: () => randomBytes(4).toString('hex'),
    machine: thisMachine,
    agentEnv: process.env,
    log,
    options: {
      maxKillTimeoutMs: config.client.maxKillTimeoutMs,
      templates: templateSettings(deps),
      artifacts: { ...artifactDefaults, ...config.client.artifact },
      ...(envDenylist !== undefined && { envDenylist }),
    },
  });
  await client.start();
  const hostStats = createHostStatsReader({
    allocDir: config.client.allocDir ?? join(dataDir, 'alloc'),
    coreMHz: coreMHz(client),
  });
  const handler = createClientHandler({
    ...client.control,
    allowsExec: !config.client.disableRemoteExec,
    hostStats,
    logs: log.lines,
    log: (message) => log.warn({}, `client: ${message}`),
  });
  dialer.serve(handler);
  return {
    client,
    handler,
    retire: dialer.retire,
    reload: (wanted) => client.reload(nodeConfig({ ...deps, config: wanted })),
    async stop({ tasks }) {
      await client.stop({ tasks });
      await docker.close();
      if (tasks === 'stop') await supervisor.shutdown({ killTasks: true });
      else supervisor.close();
    },
  };
}

/** The configuration was checked when it was read. */
function rawExecOf({ config }: ClientRoleDeps, supervisor: Supervisor): Driver {
  const plugin = config.plugins[RAW_EXEC]?.config ?? {};
  const { settings } = rawExecSettings({ plugin, options: config.client.options });
  return rawExec({ supervisor, settings, enabled: config.rawExec.enabled });
}

function execOf({ config, dataDir, log }: ClientRoleDeps, supervisor: Supervisor): Driver {
  const { options, chrootEnv } = config.client;
  const { settings } = execSettings({ plugin: config.plugins[EXEC]?.config ?? {}, options, chrootEnv });
  return execDriver({
    ...{ supervisor, settings, stateDir: join(dataDir, 'client'), coreMHz: cpus()[0]?.speed || 1_000 },
    log: (message) => log.warn({}, `exec: ${message}`),
  });
}

async function dockerOf({ config, dataDir, nodeIdentity, serveDns, log }: ClientRoleDeps): Promise<DockerDriver> {
  const plugin = config.plugins[DOCKER]?.config ?? {};
  const { settings } = dockerSettings({ plugin, options: config.client.options, dev: config.dev, env: process.env });
  const stateDir = join(dataDir, 'client');
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  return dockerDriver({
    ...{ settings, stateDir, serveDns },
    node: { id: nodeIdentity.id, name: config.nodeName },
    coreMHz: cpus()[0]?.speed || 1_000,
    log: (message) => log.warn({}, `docker: ${message}`),
  });
}

function templateSettings({ config: { client }, consulUrl }: ClientRoleDeps): TemplateSettings {
  return {
    ...templateDefaults,
    consul: () => {
      const address = consulUrl?.();
      return address === undefined ? undefined : createConsulClient({ address });
    },
    deniedFunctions: client.templateFunctionDenylist,
    anyFile: client.templateDisableFileSandbox,
    sockaddr: (expression) => evaluateSockaddr(expression, localMachine()),
  };
}

function coreMHz(client: Client): number {
  const { Attributes } = client.node();
  return Number(Attributes['cpu.frequency'] ?? 1_000);
}

function nodeConfig({ config, dataDir, httpAddr }: ClientRoleDeps): NodeConfig {
  const { client } = config;
  return {
    name: config.nodeName,
    datacenter: config.datacenter,
    region: config.region,
    nodeClass: client.nodeClass,
    nodePool: client.nodePool,
    meta: client.meta,
    dataDir,
    httpAddr,
    tlsEnabled: false,
    networkInterface: client.networkInterface ?? (config.dev ? 'lo' : ''),
    networkSpeed: client.networkSpeed ?? 0,
    cpuTotalCompute: client.cpuTotalCompute ?? 0,
    memoryTotalMB: client.memoryTotalMb ?? 0,
    diskTotalMB: client.diskTotalMb ?? 0,
    ...(client.diskFreeMb !== undefined && { diskFreeMB: client.diskFreeMb }),
    ...(client.preferredFamily !== undefined && { preferredFamily: client.preferredFamily }),
    ...(client.allocDir !== undefined && { allocDir: client.allocDir }),
    reserved: {
      cpuMHz: client.reserved.cpuMhz,
      memoryMB: client.reserved.memoryMb,
      diskMB: client.reserved.diskMb,
      ports: client.reserved.ports,
    },
    hostVolumes: client.hostVolumes,
    hostNetworks: client.hostNetworks,
    network: client.network,
    minDynamicPort: client.minDynamicPort,
    maxDynamicPort: client.maxDynamicPort,
    versions: { nomad: NOMAD_API_VERSION, revision: '', consul: CONSUL_API_VERSION },
    server: config.server.enabled,
    ...dnsPlace(config),
  };
}

/** An address that tasks in a network of their own can reach, too, where there is one. */
function dnsPlace({ ports, listen, advertise }: AgentConfig): Pick<NodeConfig, 'dns'> {
  const hosts = listen.dns.map((host) => (host === '0.0.0.0' || host === '::' ? advertise.address : host));
  const address = hosts.find((host) => !host.startsWith('127.') && host !== '::1') ?? hosts[0];
  return address === undefined || ports.dns === undefined ? {} : { dns: { address, port: ports.dns } };
}
