import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createFollowCatalog } from '../catalog/checks/follow-catalog.ts';
import { type Coordinates, createCoordinates } from '../catalog/coordinates/coordinates.ts';
import { type HeardEvents, hearEvents } from '../catalog/events/heard.ts';
import { createMeshView } from '../catalog/mesh/mesh-view.ts';
import { createQueryView } from '../catalog/queries/query-view.ts';
import { createRegistrar } from '../catalog/registrar.ts';
import { registryFile } from '../catalog/registry/file.ts';
import { Registry } from '../catalog/registry/registry.ts';
import type { AgentFacts } from '../catalog/self.ts';
import { registerSelfServices } from '../catalog/self-services.ts';
import { createSessions, type Sessions } from '../catalog/sessions/sessions.ts';
import { CatalogSync } from '../catalog/sync.ts';
import { createCatalogView } from '../catalog/view.ts';
import type { CatalogWriter } from '../catalog/writer.ts';
import type { Registrar } from '../client/registrar.ts';
import type { AgentConfig } from '../config/agent-config.ts';
import type { DnsAddress } from '../dns/listener.ts';
import { createDnsServer, type DnsDeps, type DnsServer } from '../dns/server.ts';
import type { DnsSettings } from '../dns/settings.ts';
import { shuffled } from '../dns/shuffle.ts';
import { failOverKept } from '../federation/fail-over.ts';
import type { Federation } from '../federation/federation.ts';
import type { Log } from '../log.ts';
import type { State } from '../state/state.ts';
import { type ConfiguredServices, configuredServices } from './configured-services.ts';
import { createTaskDns, type TaskDns } from './task-dns.ts';

/** What every agent does for discovery: its own services and checks, their replica in the catalog, and DNS. */
export type DiscoveryRole = {
  readonly registry: Registry;
  readonly sync: CatalogSync;
  readonly registrar: Registrar;
  readonly sessions: Sessions;
  readonly events: HeardEvents;
  readonly coordinates: Coordinates;
  readonly dns: DnsServer | undefined;
  /** Undefined where DNS is turned off. */
  readonly taskDns: TaskDns | undefined;
  /** Services and checks of the configuration; again when it was read again. */
  readonly configured: ConfiguredServices;
  /** The agent's APIs as services, so that others find them by name. */
  registerSelf(self: {
    nodeId: string;
    server: boolean;
    client: boolean;
    address: string;
    httpPort: number;
    rpcPort: number;
  }): Promise<void>;
  stop(): Promise<void>;
};

export async function startDiscoveryRole(deps: {
  config: AgentConfig;
  dataDir: string;
  state: State;
  writer: CatalogWriter;
  facts: AgentFacts;
  federation: Federation;
  log: Log;
}): Promise<DiscoveryRole> {
  const { config, state, writer, facts, federation, log } = deps;
  const registry = new Registry({
    file: registryFile(join(deps.dataDir, 'agent', 'registry.json')),
    random: Math.random,
    scripts: config.scriptChecks,
    maxOutput: config.checkOutputMaxSize,
    followCatalog: createFollowCatalog(state),
    onSaveFailure: (error) =>
      log.error({ error: String(error) }, 'catalog: the services of this agent could not be saved'),
  });
  const sync = new CatalogSync({
    registry,
    writer,
    facts,
    random: Math.random,
    onFailure: complaints(log),
  });
  const sessions = createSessions({
    state,
    newId: randomUUID,
    now: () => performance.now(),
    limits: { minTtlMs: config.sessionTtlMinMs },
    onFailure: (error) => log.warn({ error: String(error) }, 'catalog: a session could not be ended; trying again'),
  });
  const events = hearEvents({ state, nodeName: facts.nodeName, services: () => registry.services.values() });
  const coordinates = createCoordinates(facts.nodeName, Date.now);
  const forgetting = state.follow(({ changes }) => {
    if (changes.some(({ table, value }) => table === 'catalogNodes' && !value))
      coordinates.keep((node) => state.tables.catalogNodes.get(node) !== undefined);
  });
  const view = createCatalogView(state, config.datacenter);
  const needs = {
    config,
    view,
    queries: createQueryView(
      state,
      coordinates.order,
      (items) => shuffled(items, Math.random),
      (query) => failOverKept(query, federation),
    ),
    mesh: createMeshView(state),
    remote: (name: string) => federation.get(name)?.catalog,
    log,
  };
  const dns = dnsServer(needs);
  const taskDns = dns && dnsForTasks(needs, dns);
  const configured = configuredServices({
    registry,
    rules: { scripts: config.localScriptChecks, maxOutput: config.checkOutputMaxSize, local: true },
    file: join(deps.dataDir, 'agent', 'configured-services.json'),
    log,
  });
  await registry.start();
  await configured.apply(config);
  await sync.start();
  events.start();
  if (facts.server) sessions.start();
  await dns?.start();
  return {
    registry,
    sync,
    registrar: createRegistrar(registry, sync),
    sessions,
    events,
    coordinates,
    configured,
    dns,
    taskDns,
    registerSelf: (self) => registerSelfServices(registry, self),
    async stop() {
      await taskDns?.stop();
      await dns?.stop();
      sessions.stop();
      events.stop();
      forgetting();
      view.close();
      await sync.stop();
      await registry.stop();
    },
  };
}

const COMPLAIN_EVERY_MS = 60_000;

/** It is tried again every second; one line a minute says it. */
function complaints(log: Log): (error: unknown) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (error) => {
    const level = performance.now() - toldAt > COMPLAIN_EVERY_MS ? 'warn' : 'debug';
    if (level === 'warn') toldAt = performance.now();
    log[level]({ error: String(error) }, 'catalog: could not be brought up to date; trying again');
  };
}

type DnsNeeds = Required<Pick<DnsDeps, 'view' | 'queries' | 'mesh' | 'remote'>> & { config: AgentConfig; log: Log };

function dnsServer(needs: DnsNeeds): DnsServer | undefined {
  const { config } = needs;
  const ports = dnsPorts(config);
  const comes = config.pending.some(({ listener }) => listener === 'dns');
  if (config.ports.dns === undefined || (config.listen.dns.length === 0 && !comes)) return undefined;
  const addresses = config.listen.dns.flatMap((host) => ports.map((port) => ({ host, port })));
  return openDns(needs, config.dns, addresses);
}

/** All ports that each address of the configuration is served on. */
export function dnsPorts({ ports, dns }: AgentConfig): number[] {
  return ports.dns === undefined ? [] : [...new Set([ports.dns, ...dns.ports])];
}

function dnsForTasks(needs: DnsNeeds, main: DnsServer): TaskDns {
  const { config, log } = needs;
  const settings = { recursors: config.dns.recursors, ports: dnsPorts(config) };
  const open = (recursors: readonly string[]) => openDns(needs, { ...config.dns, recursors }, []);
  return createTaskDns({ main, settings, open, log });
}

function openDns({ config: _, log, ...deps }: DnsNeeds, settings: DnsSettings, addresses: DnsAddress[]): DnsServer {
  const warn = (message: string) => log.warn({}, message);
  return createDnsServer({ ...deps, settings, addresses, random: Math.random, now: Date.now, warn });
}
