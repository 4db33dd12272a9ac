import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Node } from '@shoal/api';
import type { Log } from '../log.ts';
import { createAllocationWatch } from './allocation-watch.ts';
import { createAllocations } from './allocations.ts';
import { type ArtifactSettings, artifactDefaults } from './artifacts/settings.ts';
import type { Clock } from './clock.ts';
import { type Control, createControl } from './control.ts';
import { createDisconnectStop } from './disconnect-stop.ts';
import type { Driver } from './drivers/driver.ts';
import { hostEnvs } from './env/host-env.ts';
import type { Machine } from './fingerprints/fingerprint.ts';
import { taskHooks } from './hooks/task-hooks.ts';
import { createIdentities } from './identities/identities.ts';
import { createAllocNetworks } from './network/alloc-networks.ts';
import type { NodeIdentity } from './node.ts';
import type { NodeConfig } from './node-config.ts';
import { createNodeWatch } from './node-watch.ts';
import type { Registrar } from './registrar.ts';
import { createRegistration, type Heartbeat } from './registration.ts';
import { createRunLimit } from './run-limit.ts';
import type { ServeDns } from './serve-dns.ts';
import type { ServerConnection } from './server-connection.ts';
import { allocationOfService } from './services/registrations.ts';
import { createTaskChecks } from './services/task-checks.ts';
import type { StateDb } from './state-db.ts';
import { createStatusUpdates } from './status-updates.ts';
import { createStickyDisks } from './sticky-disk.ts';
import type { TaskWorld } from './task-runner/task-context.ts';
import type { AskServers } from './templates/nomad-source.ts';
import { type TemplateSettings, templateDefaults } from './templates/settings.ts';
import { createTemplates } from './templates/templates.ts';

/** The client role: makes this machine a node, and runs on it what the servers place there. */
export type Client = {
  /** Resolves when what an earlier agent left is taken up, and the servers are being asked for more. */
  start(): Promise<void>;
  /** Resolves when the servers have taken this node for the first time. */
  readonly ready: Promise<void>;
  /**
   * `keep`: the tasks go on, and the next agent finds them. `stop`: their processes are ended in order; the next agent starts them again if they are
   * still wanted. May be called twice.
   */
  stop(how: { tasks: 'keep' | 'stop' }): Promise<void>;
  /**
   * Takes over what an operator may change while tasks run: class, metadata, what is reserved, host volumes, dynamic ports. The rest of the
   * configuration stays as it was at the start. After `start`.
   */
  reload(config: NodeConfig): Promise<void>;
  /** After `start`. */
  node(): Node;
  /** Allocations that are known here, ended ones that were not collected too. */
  allocationCount(): number;
  heartbeat(): Heartbeat;
  readonly control: Control;
};

export type ClientDeps = {
  config: NodeConfig;
  identity: NodeIdentity;
  server: ServerConnection;
  registrar: Registrar;
  drivers: readonly Driver[];
  /** For tasks in a network of their own; undefined: there is no DNS. */
  serveDns?: ServeDns | undefined;
  /** It is closed by `stop`. */
  db: StateDb;
  clock: Clock;
  random: () => number;
  /** Short and unique. */
  newId: () => string;
  machine: Machine;
  agentEnv: Record<string, string | undefined>;
  log: Log;
  options?: Partial<ClientOptions>;
};

export type ClientOptions = {
  /** Variables that tasks do not inherit. */
  envDenylist: readonly string[];
  /** @default 30 s */
  maxKillTimeoutMs: number;
  artifacts: ArtifactSettings;
  templates: TemplateSettings;
};

const MAX_KILL_TIMEOUT_MS = 30_000;
const LAST_WORDS_MS = 1_000;

export function createClient(deps: ClientDeps): Client {
  const { config, identity, server, registrar, clock, random, log, db, options = {} } = deps;
  const askServers: AskServers = (question, after, signal) => server.askForTask(identity.id, question, after, signal);
  const identities = createIdentities(askServers);
  const templates = createTemplates({
    settings: options.templates ?? templateDefaults,
    askServers,
    clock,
    random,
  });
  const checks = createTaskChecks();
  const allocRoot = config.allocDir ?? join(config.dataDir, 'alloc');
  const networks = createAllocNetworks({
    settings: config.network,
    folder: join(config.dataDir, 'client', 'networks'),
    serveDns: deps.serveDns,
    log,
  });
  const timing = { clock, random, log };
  const context = { config, machine: deps.machine, drivers: deps.drivers, now: clock.now };
  const nodes = createNodeWatch({ identity, context, clock, log, onChange: () => registration.changed() });
  const registration = createRegistration({
    server,
    node: nodes.node,
    tell: (signal) => updates.flush(signal),
    ...timing,
  });
  const updates = createStatusUpdates({
    server,
    nodeId: identity.id,
    report: (id) => allocations.report(id),
    ...timing,
  });
  const allocations = createAllocations({ world: world(), onChange: updates.dirty, onGone: updates.drop });
  const { known, apply } = allocations;
  const disconnects = createDisconnectStop({
    heartbeat: registration.heartbeat,
    runners: allocations.all,
    clock,
  });
  const limits = createRunLimit({ runners: allocations.all, clock });
  const watch = createAllocationWatch({ server, nodeId: identity.id, known, apply, ...timing });
  let started: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;

  function world(): TaskWorld {
    return {
      clock,
      random,
      newId: deps.newId,
      db,
      drivers: new Map(deps.drivers.map((driver) => [driver.name, driver])),
      hooks: taskHooks,
      services: {
        ...{ registrar, templates, identities, checks, disks: createStickyDisks(), networks, clock, random, log },
        artifacts: options.artifacts ?? artifactDefaults,
      },
      node: nodes.node,
      allocRoot,
      hostEnv: hostEnvs(deps.agentEnv, options.envDenylist),
      maxKillTimeoutMs: options.maxKillTimeoutMs ?? MAX_KILL_TIMEOUT_MS,
    };
  }

  async function start(): Promise<void> {
    await mkdir(allocRoot, { recursive: true, mode: 0o711 });
    await nodes.start();
    const records = db.load();
    const known = new Set(records.map(({ allocation }) => allocation.ID));
    await networks.restore((id) => known.has(id));
    allocations.restore(records);
    forgetStrangers();
    registration.start();
    updates.start();
    watch.start();
    disconnects.start();
    limits.start();
  }

  // An agent that was killed between the end of an allocation and its goodbye leaves instances that nobody answers for.
  function forgetStrangers(): void {
    for (const service of registrar.owned()) {
      const id = allocationOfService(service);
      if (id !== undefined && allocations.runner(id) === undefined) void registrar.deregister(service);
    }
  }

  async function stop({ tasks }: { tasks: 'keep' | 'stop' }): Promise<void> {
    await started?.catch(() => undefined);
    await Promise.all([watch.stop(), registration.stop(), nodes.stop(), disconnects.stop(), limits.stop()]);
    const letGo = tasks === 'stop' ? 'suspend' : 'detach';
    await Promise.all(allocations.all().map((runner) => runner[letGo]()));
    templates.stop();
    await networks.settled();
    await updates.stop(LAST_WORDS_MS);
    await db.close();
  }

  return {
    start: () => (started ??= start()),
    ready: registration.ready,
    stop: (how) => (stopped ??= stop(how)),
    reload: ({ nodeClass, meta, reserved, hostVolumes, minDynamicPort, maxDynamicPort }) =>
      nodes.reload({ ...config, nodeClass, meta, reserved, hostVolumes, minDynamicPort, maxDynamicPort }),
    node: nodes.node,
    allocationCount: () => allocations.all().length,
    heartbeat: registration.heartbeat,
    control: createControl({ allocations, updates, registrar, allocRoot }),
  };
}
