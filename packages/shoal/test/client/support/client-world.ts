import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Client, type ClientDeps, createClient } from '../../../src/client/client.ts';
import { systemClock } from '../../../src/client/clock.ts';
import type { Driver } from '../../../src/client/drivers/driver.ts';
import { thisMachine } from '../../../src/client/fingerprints/machine.ts';
import { openStateDb } from '../../../src/client/lmdb-state-db.ts';
import { type MemoryRegistrar, memoryRegistrar } from '../../../src/client/memory-registrar.ts';
import { type MemoryServer, memoryServer } from '../../../src/client/memory-server-connection.ts';
import type { AllocationUpdate } from '../../../src/client/server-connection.ts';
import type { StateDb } from '../../../src/client/state-db.ts';
import { silentLog } from '../../../src/log.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { aNodeConfig, NODE_ID } from './builders.ts';
import { type ScriptedMachine, scriptedDriver, scriptedMachine } from './scripted-driver.ts';

/** One node in a test: its disk, its tasks, the servers and the registry, which all outlive the agent. */
export type ClientWorld = {
  dataDir: string;
  machine: ScriptedMachine;
  server: MemoryServer;
  registrar: MemoryRegistrar;
  client: Client;
  /** Starts an agent on this node. */
  boot(changes?: Partial<ClientDeps>): Promise<Client>;
  /** Makes the present agent as good as killed: nothing that it does from now on is kept or told. */
  crash(): void;
  reported(id: string, what: string, condition: (update: AllocationUpdate) => boolean): Promise<AllocationUpdate>;
};

export async function aClientWorld(drivers?: Driver[]): Promise<ClientWorld> {
  const dataDir = await tempDir();
  const machine = scriptedMachine();
  const server = memoryServer();
  const registrar = memoryRegistrar();
  let alive = { yes: true };

  const world: ClientWorld = {
    dataDir,
    machine,
    server,
    registrar,
    client: undefined as unknown as Client,
    async boot(changes = {}) {
      alive = { yes: true };
      const mine = alive;
      const db = openStateDb(join(dataDir, 'client', 'state.mdb'));
      const client = createClient({
        config: aNodeConfig(dataDir),
        identity: { id: NODE_ID, secret: 'secret' },
        server: whileAlive(server.connection, mine),
        registrar,
        drivers: (drivers ?? [scriptedDriver(machine)]).map((driver) => onlyAlive(driver, mine)),
        db: mortal(db, mine),
        clock: systemClock,
        random: Math.random,
        newId: () => randomBytes(4).toString('hex'),
        machine: thisMachine,
        agentEnv: { PATH: '/usr/bin:/bin' },
        log: silentLog,
        ...changes,
      });
      onTestFinished(() => client.stop({ tasks: 'keep' }));
      await client.start();
      world.client = client;
      return client;
    },
    crash() {
      alive.yes = false;
    },
    reported: (id, what, condition) =>
      until(`${id.slice(0, 8)} ${what}; last: ${JSON.stringify(server.latest(id)?.taskStates)}`, () => {
        const latest = server.latest(id);
        return latest !== undefined && condition(latest) ? latest : undefined;
      }),
  };
  return world;
}

function whileAlive(connection: MemoryServer['connection'], alive: { yes: boolean }): MemoryServer['connection'] {
  return {
    ...connection,
    async updateAllocations(...args) {
      if (!alive.yes) throw Object.assign(new Error('this agent is dead'), { code: 'unavailable' });
      await connection.updateAllocations(...args);
    },
  };
}

function onlyAlive(driver: Driver, alive: { yes: boolean }): Driver {
  const never = () => new Promise<never>(() => undefined);
  return {
    ...driver,
    start: (task) => (alive.yes ? driver.start(task) : never()),
    stop: (handle, how) => (alive.yes ? driver.stop(handle, how) : never()),
    forget: (handle) => (alive.yes ? driver.forget(handle) : Promise.resolve()),
  };
}

// Two agents hold the file open for a moment; the dead one writes nothing more.
function mortal(db: StateDb, alive: { yes: boolean }): StateDb {
  const unlessDead = async (write: () => Promise<void>) => (alive.yes ? write() : undefined);
  return {
    load: () => db.load(),
    putAllocation: (allocation) => unlessDead(() => db.putAllocation(allocation)),
    putTask: (id, task, record) => unlessDead(() => db.putTask(id, task, record)),
    putHealth: (id, health) => unlessDead(() => db.putHealth(id, health)),
    remove: (id) => unlessDead(() => db.remove(id)),
    close: () => db.close(),
  };
}

/** The types of a task's events, in order. */
export const eventTypes = (update: AllocationUpdate, task = 't'): string[] =>
  (update.taskStates[task]?.Events ?? []).map(({ Type }) => Type);
