import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Agents } from '../catalog/agents.ts';
import { CatalogFeed } from '../catalog/mirror/feed.ts';
import type { AgentConfig, TlsFiles } from '../config/agent-config.ts';
import type { Log } from '../log.ts';
import { type ApiHandler, type ApiUpgrade, createRpcListener, type RpcListener } from '../rpc/listener.ts';
import type { ApiName } from '../rpc/protocol.ts';
import { fingerprint, type Identity, identityFromFiles, readAuthority, serverIdentity } from '../rpc/tls/identity.ts';
import { Tunnels } from '../rpc/tunnels.ts';
import { startScheduler } from '../scheduler/worker-client.ts';
import { openKeyringFile } from '../server/keyring/keyring-file.ts';
import { createServer, type Server } from '../server/server.ts';
import { openState, type State } from '../state/state.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import { createJoinTokens, type JoinTokens } from './cluster/join-tokens.ts';
import { createAgentRequests } from './cluster/serve-agents.ts';
import { entryPath } from './entries.ts';
import { schedulerDefaults } from './scheduler-defaults.ts';

/** One of this agent's HTTP APIs, for requests that other agents have looked at already. */
export type ServedApi = { answer: ApiHandler; upgrade?: ApiUpgrade | undefined };

/** The server role in one agent: the state with its store, the loops on it, and the port for client agents. */
export type ServerRole = {
  readonly state: State;
  readonly server: Server;
  readonly tunnels: Tunnels;
  readonly identity: () => Identity;
  readonly listener: RpcListener;
  /** For agents that want to join; undefined where the user brings the certificates. */
  readonly joinTokens: JoinTokens | undefined;
  /** The user's certificates again, perhaps from other files. Those that cannot be read leave the former ones in force. */
  readCertificates(files: TlsFiles): Promise<void>;
  /** Through it other agents' users reach the HTTP APIs of this one. */
  serveApis(apis: Readonly<Partial<Record<ApiName, ServedApi>>>): void;
  stop(): Promise<void>;
};

/** Consul's agents notice a silent one after about as long. */
const MOST_AGENT_TERM_MS = 10_000;
const RENEWAL_EVERY_MS = 6 * 60 * 60 * 1000;

export type ServerRoleDeps = { config: AgentConfig; dataDir: string; nodeId: string; log: Log };

export async function startServerRole({ config, dataDir, nodeId, log }: ServerRoleDeps): Promise<ServerRole> {
  const state = await openState(await openEmbeddedStore({ path: join(dataDir, 'server', 'state') }), {
    onDefect: (error) => log.error({ error: String(error) }, 'state: a change could not be taken in by all'),
  });
  const firstScheduler = schedulerDefaults(config.server.scheduler);
  const server = createServer({
    state,
    trackedVersions: config.server.jobTrackedVersions,
    ...(firstScheduler && { schedulerDefaults: firstScheduler }),
    log,
    newId: randomUUID,
    now: Date.now,
    random: Math.random,
    startScheduler,
    schedulerEntry: entryPath('scheduler-worker'),
    keyring: await openKeyringFile(join(dataDir, 'server', 'keyring.json')),
    ...(config.server.oidcIssuer && { oidcIssuer: config.server.oidcIssuer }),
    heartbeats: {
      minTtlMs: config.server.minHeartbeatTtlMs,
      maxPerSecond: config.server.maxHeartbeatsPerSecond,
      graceMs: config.server.heartbeatGraceMs,
      ownNode: nodeId,
    },
    garbage: {
      intervalMs: config.server.jobGcIntervalMs,
      evalMs: config.server.evalGcThresholdMs,
      jobMs: config.server.jobGcThresholdMs,
      deploymentMs: config.server.deploymentGcThresholdMs,
      nodeMs: config.server.nodeGcThresholdMs,
    },
  });
  const agent = {
    role: 'server',
    region: config.region,
    dnsNames: [config.nodeName],
    addresses: ipsOf(config),
  } as const;
  const tlsDir = join(dataDir, 'tls');
  let files = config.tls.files;
  const makeIdentity = () => (files ? identityFromFiles(files) : serverIdentity(tlsDir, agent, Date.now()));
  let identity = await makeIdentity();
  const signer = config.tls.files ? undefined : await readAuthority(tlsDir);
  const joinTokens = createJoinTokens({ state, authority: fingerprint(identity.authority), now: Date.now });
  const agents = new Agents({
    state,
    termMs: Math.min(MOST_AGENT_TERM_MS, config.server.minHeartbeatTtlMs),
    now: () => performance.now(),
    log,
  });
  const feed = new CatalogFeed(state);
  const agentRequests = createAgentRequests({
    state,
    server,
    agents,
    feed,
    region: config.region,
    ownAddress: config.advertise.rpc,
    authority: identity.authority,
    signer,
    tokens: joinTokens,
    now: Date.now,
    log,
  });
  let apis: Readonly<Partial<Record<ApiName, ServedApi>>> = {};
  const tunnels = new Tunnels({ authenticate: server.requests.authenticate, log });
  const port = config.ports.rpc ?? 0;
  const listener = createRpcListener({
    addresses: config.listen.rpc,
    port,
    identity,
    requests: server.requests,
    agents: agentRequests,
    apis: (name) => apis[name]?.answer,
    upgrades: (name) => apis[name]?.upgrade,
    tunnels,
    log,
  });
  const renewal = setInterval(() => void renew(), RENEWAL_EVERY_MS).unref();
  async function renew(): Promise<void> {
    try {
      identity = await makeIdentity();
      listener.useIdentity(identity);
    } catch (error) {
      log.error({ error: String(error) }, 'rpc: the certificate of this server could not be renewed; trying again');
    }
  }
  await server.start();
  feed.start();
  agents.start(config.nodeName);
  await listener.start();
  return {
    state,
    server,
    tunnels,
    identity: () => identity,
    listener,
    joinTokens: signer && joinTokens,
    async readCertificates(wanted) {
      identity = await identityFromFiles(wanted);
      files = wanted;
      listener.useIdentity(identity);
    },
    serveApis(handlers) {
      apis = handlers;
    },
    async stop() {
      clearInterval(renewal);
      agents.stop();
      feed.stop();
      tunnels.destroy();
      await listener.stop();
      await server.stop();
      await state.close();
    },
  };
}

function ipsOf(config: AgentConfig): string[] {
  return [...new Set([...config.listen.rpc, config.advertise.address])].filter((address) => address !== '127.0.0.1');
}
