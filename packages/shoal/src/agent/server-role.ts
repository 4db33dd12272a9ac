import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AgentConfig } from '../config/agent-config.ts';
import type { Log } from '../log.ts';
import { createRpcListener, type RpcListener } from '../rpc/listener.ts';
import { type Identity, serverIdentity } from '../rpc/tls/identity.ts';
import { Tunnels } from '../rpc/tunnels.ts';
import { startScheduler } from '../scheduler/worker-client.ts';
import { createServer, type Server } from '../server/server.ts';
import { openState, type State } from '../state/state.ts';
import { openEmbeddedStore } from '../store/embedded.ts';
import { entryPath } from './entries.ts';

/** The server role in one agent: the state with its store, the loops on it, and the port for client agents. */
export type ServerRole = {
  readonly state: State;
  readonly server: Server;
  readonly tunnels: Tunnels;
  readonly identity: Identity;
  readonly listener: RpcListener;
  stop(): Promise<void>;
};

export async function startServerRole(config: AgentConfig, dataDir: string, log: Log): Promise<ServerRole> {
  const state = await openState(await openEmbeddedStore({ path: join(dataDir, 'server', 'state') }), {
    onDefect: (error) => log.error({ error: String(error) }, 'state: a change could not be taken in by all'),
  });
  const server = createServer({
    state,
    log,
    newId: randomUUID,
    now: Date.now,
    random: Math.random,
    startScheduler,
    schedulerEntry: entryPath('scheduler-worker'),
    heartbeats: {
      minTtlMs: config.server.minHeartbeatTtlMs,
      maxPerSecond: config.server.maxHeartbeatsPerSecond,
      graceMs: config.server.heartbeatGraceMs,
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
  const identity = await serverIdentity(join(dataDir, 'tls'), agent, Date.now());
  const tunnels = new Tunnels({ authenticate: server.requests.authenticate, log });
  const port = config.ports.rpc ?? 0;
  const listener = createRpcListener({
    addresses: config.listen.rpc,
    port,
    identity,
    requests: server.requests,
    tunnels,
    log,
  });
  await server.start();
  await listener.start();
  return {
    state,
    server,
    tunnels,
    identity,
    listener,
    async stop() {
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
