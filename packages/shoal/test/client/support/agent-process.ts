import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createClient } from '../../../src/client/client.ts';
import { systemClock } from '../../../src/client/clock.ts';
import { rawExec } from '../../../src/client/drivers/raw-exec.ts';
import { thisMachine } from '../../../src/client/fingerprints/machine.ts';
import { openStateDb } from '../../../src/client/lmdb-state-db.ts';
import { memoryRegistrar } from '../../../src/client/memory-registrar.ts';
import type { ServerConnection } from '../../../src/client/server-connection.ts';
import { ensureSupervisor } from '../../../src/client/supervisor/client.ts';
import { silentLog } from '../../../src/log.ts';
import { aNodeConfig, NODE_ID } from './builders.ts';

/**
 * An agent with nothing but the client role, as a process of its own that can be killed. Its servers are the parent process: each call is one message
 * `{ id, method, args }`, answered by `{ id, value }` or `{ id, error }`. Arguments: data_dir, the supervisor's program.
 */
const [, , dataDir = '', entry = ''] = process.argv;
let calls = 0;
const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();

function call<T>(method: keyof ServerConnection, args: unknown[]): Promise<T> {
  return new Promise((resolve, reject) => {
    calls += 1;
    waiting.set(calls, { resolve, reject });
    process.send?.({ id: calls, method, args });
  });
}

process.on('message', (message: { id: number; value?: never; error?: string } | 'stop-keep' | 'stop-stop') => {
  if (typeof message === 'string') return void stop(message === 'stop-keep' ? 'keep' : 'stop');
  const { id, value, error } = message;
  if (error === undefined) waiting.get(id)?.resolve(value as never);
  else waiting.get(id)?.reject(Object.assign(new Error(error), { code: 'unavailable' }));
  waiting.delete(id);
});

const server: ServerConnection = {
  register: (node) => call('register', [node]),
  heartbeat: (id, status) => call('heartbeat', [id, status]),
  // The parent knows no signals: the wait is given up here, as a closed connection would.
  watchAllocations: (id, after, signal) =>
    Promise.race([
      call<{ index: number; allocations: Record<string, number> }>('watchAllocations', [id, after]),
      new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    ]),
  fetchAllocations: (id, ids) => call('fetchAllocations', [id, ids]),
  askForTask: (id, question, after) => call('askForTask', [id, question, after]),
  updateAllocations: (id, updates) => call('updateAllocations', [id, updates]),
};

const supervisor = await ensureSupervisor({ dataDir, entry, log: () => undefined });
const client = createClient({
  config: aNodeConfig(dataDir),
  identity: { id: NODE_ID, secret: 'secret' },
  server,
  registrar: memoryRegistrar(),
  drivers: [rawExec({ supervisor, enabled: true })],
  db: openStateDb(join(dataDir, 'client', 'state.mdb')),
  clock: systemClock,
  random: Math.random,
  newId: () => randomBytes(4).toString('hex'),
  machine: thisMachine,
  agentEnv: process.env,
  log: silentLog,
});

async function stop(tasks: 'keep' | 'stop'): Promise<void> {
  await client.stop({ tasks });
  supervisor.close();
  process.disconnect();
}

await client.start();
