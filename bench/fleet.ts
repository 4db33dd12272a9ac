import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { createAllocationWatch } from '../packages/shoal/src/client/allocation-watch.ts';
import { systemClock } from '../packages/shoal/src/client/clock.ts';
import { createRegistration } from '../packages/shoal/src/client/registration.ts';
import type { AllocationUpdate } from '../packages/shoal/src/client/server-connection.ts';
import { createStatusUpdates } from '../packages/shoal/src/client/status-updates.ts';
import { createDialer } from '../packages/shoal/src/rpc/dialer.ts';
import { Link } from '../packages/shoal/src/rpc/link.ts';
import { roleName } from '../packages/shoal/src/rpc/protocol.ts';
import { ServerList } from '../packages/shoal/src/rpc/server-list.ts';
import { identityFromFiles } from '../packages/shoal/src/rpc/tls/identity.ts';
import { nodeNumber } from './support/cluster.ts';
import { consoleLog } from './support/console-log.ts';

/**
 * Clients without tasks: each has its own connections to the server, registers, sends heartbeats, waits for allocations, fetches them and says that they
 * run, by the very code of a client agent. Arguments: number of clients, the server's port, the server's data folder (for the certificates).
 */
const [count, port, dataDir = ''] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const tls = join(dataDir, 'tls');
const identity = await identityFromFiles({
  caFile: join(tls, 'ca.pem'),
  certFile: join(tls, 'agent.pem'),
  keyFile: join(tls, 'agent-key.pem'),
});
const common = { clock: systemClock, random: Math.random, log: consoleLog };
let running = 0;

let next = 0;
const lane = async () => {
  while (next < count) await start(next++);
};
await Promise.all(Array.from({ length: 16 }, lane));
process.send?.({ ready: count });
process.on('message', (message) => {
  if (message === 'tell') process.send?.({ running });
});
process.on('disconnect', () => process.exit());

async function start(at: number): Promise<void> {
  const node = nodeNumber(at, crypto.randomUUID());
  const nodeId = node.ID;
  const link = new Link({
    identity: () => identity,
    serverNames: [roleName('server', 'global')],
    servers: new ServerList([{ host: '127.0.0.1', port }]),
    node: { nodeId, secret: node.SecretID },
  });
  const server = createDialer({ link, node: { nodeId, secret: node.SecretID }, log: consoleLog, random: Math.random });
  const known = new Map<string, number>();
  const updates = createStatusUpdates({ ...common, server, nodeId, report: runs });
  const registration = createRegistration({
    tell: async () => undefined,
    ...common,
    server,
    node: () => node,
  });
  const watch = createAllocationWatch({
    ...common,
    server,
    nodeId,
    known: (id) => known.get(id),
    async apply(changed: Allocation[]) {
      for (const { ID, AllocModifyIndex } of changed) {
        if (!known.has(ID)) running += 1;
        known.set(ID, AllocModifyIndex);
        updates.dirty(ID);
      }
    },
  });
  registration.start();
  await registration.ready;
  updates.start();
  watch.start();
}

function runs(id: string): AllocationUpdate {
  const task = {
    State: 'running',
    Failed: false,
    Restarts: 0,
    Events: [],
  } as unknown as AllocationUpdate['taskStates'][string];
  return {
    id,
    clientStatus: 'running',
    clientDescription: 'Tasks are running',
    taskStates: { t: task },
    deploymentHealthy: null,
    networkStatus: null,
  };
}
