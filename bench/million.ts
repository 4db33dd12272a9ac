import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startScheduler } from '../packages/shoal/src/scheduler/worker-client.ts';
import { openKeyringFile } from '../packages/shoal/src/server/keyring/keyring-file.ts';
import { createServer, type Server } from '../packages/shoal/src/server/server.ts';
import type { AllocRow, EvalRow } from '../packages/shoal/src/state/rows.ts';
import { openState, type State } from '../packages/shoal/src/state/state.ts';
import { openEmbeddedStore } from '../packages/shoal/src/store/embedded.ts';
import { jobInput, nodeNumber } from './support/cluster.ts';
import { consoleLog } from './support/console-log.ts';

/**
 * One server as an agent has it (embedded store, state, scheduler thread, all loops) with simulated nodes, which register and then send
 * heartbeats at the rate that the server asks for. Jobs of 1,000 are registered until so many are placed; before and after that a few more, one at a time.
 * Arguments: number of jobs, folder for the database, the bundled scheduler.
 */
const NODES = 5_000;
const PER_JOB = 1_000;
/** Registrations under way at once. */
const AT_ONCE = 32;
const ALONE = 15;
const QUIET_MS = 3_000;

const [jobs = 0, dir = '', schedulerEntry = ''] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const state = await openState(await openEmbeddedStore({ path: dir }));
const server = createServer({
  state,
  log: consoleLog,
  newId: randomUUID,
  now: Date.now,
  random: Math.random,
  startScheduler,
  schedulerEntry,
  keyring: await openKeyringFile(join(dir, 'keyring.json')),
});
await server.start();
const nodes = Array.from({ length: NODES }, (_, at) => nodeNumber(at, randomUUID()));
await Promise.all(nodes.map((node) => server.requests.register(node)));
const beats = heartbeats(server);

const before = await alone('warm');
const started = performance.now();
const cpu = process.cpuUsage();
const threadsBefore = threadSeconds();
await inParallel(jobs, (at) => placed(`bulk-${at}`));
const seconds = (performance.now() - started) / 1000;
const used = process.cpuUsage(cpu);
const busiest = Math.max(...[...threadSeconds()].map(([id, spent]) => spent - (threadsBefore.get(id) ?? 0)));
const after = await alone('late');
const files = readdirSync(dir).map((name) => statSync(join(dir, name)));
process.send?.({
  seconds,
  /** Of the thread that had most to do: it takes no less than that, however quiet the machine is. */
  busiestSeconds: busiest,
  cpuSeconds: (used.user + used.system) / 1e6,
  placed: state.tables.allocs.size,
  wanted: (jobs + 2 * ALONE) * PER_JOB,
  before,
  after,
  databaseMB: files.reduce((sum, { blocks }) => sum + blocks * 512, 0) / 1024 ** 2,
  heapMB: process.memoryUsage().heapUsed / 1024 ** 2,
  wrong: overCommitted(state),
});
clearInterval(beats);
await server.stop();
await state.close();
process.disconnect?.();

/** Resolves when the job's evaluation is over and all it placed can be read. */
async function placed(id: string): Promise<void> {
  const { evaluation } = await server.jobs.register(jobInput(id, { count: PER_JOB, type: 'service' }));
  if (!evaluation) throw new Error(`no evaluation of ${id}`);
  for (;;) {
    const read = state.read();
    const row: EvalRow | undefined = read.get(state.tables.evals, evaluation.ID);
    if (row?.Status === 'complete') return;
    if (!(await state.wait(read, 120_000))) throw new Error(`${id}: its evaluation is ${row?.Status}`);
  }
}

/** Jobs one at a time, on a server that has nothing else to do: the medians of the last two thirds. The rest warms up. */
async function alone(name: string): Promise<{ ms: number; cpuMs: number }> {
  await pause(QUIET_MS);
  const ms: number[] = [];
  const cpuMs: number[] = [];
  for (let at = 0; at < ALONE; at++) {
    const begun = performance.now();
    const cpuBefore = process.cpuUsage();
    await placed(`${name}-${at}`);
    const spent = process.cpuUsage(cpuBefore);
    ms.push(performance.now() - begun);
    cpuMs.push((spent.user + spent.system) / 1000);
  }
  return { ms: median(ms.slice(ALONE / 3)), cpuMs: median(cpuMs.slice(ALONE / 3)) };
}

/** CPU of each thread of this process. */
function threadSeconds(): Map<string, number> {
  const spent = (id: string) => Number(readFileSync(`/proc/self/task/${id}/schedstat`, 'utf8').split(' ')[0]) / 1e9;
  return new Map(readdirSync('/proc/self/task').map((id) => [id, spent(id)]));
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

async function inParallel(count: number, one: (at: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** At the rate that the server asks for of so many nodes; what the event loop held up is sent when it goes on, as it would wait in sockets. */
function heartbeats({ requests }: Server): NodeJS.Timeout {
  const perMs = 60 / 1000;
  const begun = performance.now();
  let at = 0;
  return setInterval(() => {
    for (const due = (performance.now() - begun) * perMs; at < due; at++)
      requests.heartbeat(nodes[at % NODES]?.ID ?? '', 'ready').catch((error: unknown) => console.error(String(error)));
  }, 20);
}

/** Nodes that hold more than they have, from what the tables say. */
function overCommitted({ tables }: State): number {
  let wrong = 0;
  for (const { ID, NodeResources } of tables.nodes.values()) {
    const held = [...tables.allocs.by('node', ID)].filter((row: AllocRow) => row.DesiredStatus === 'run').length;
    if (held * 50 > NodeResources.Cpu.CpuShares || held * 64 > NodeResources.Memory.MemoryMB) wrong += 1;
  }
  return wrong;
}
