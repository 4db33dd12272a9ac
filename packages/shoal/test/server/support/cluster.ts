import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AllocClientStatus, Evaluation, JobInput, Node } from '@shoal/api';
import { onTestFinished } from 'vitest';
import type { AllocationUpdate } from '../../../src/client/server-connection.ts';
import { type Log, silentLog } from '../../../src/log.ts';
import { startScheduler } from '../../../src/scheduler/worker-client.ts';
import type { SchedulerWorker } from '../../../src/scheduler/worker-contract.ts';
import { openKeyringFile } from '../../../src/server/keyring/keyring-file.ts';
import { createServer, type Server, type ServerOptions } from '../../../src/server/server.ts';
import { clientStatus, isTerminal } from '../../../src/state/alloc-view.ts';
import type { AllocRow } from '../../../src/state/rows.ts';
import { openState, type State } from '../../../src/state/state.ts';
import { jobKey } from '../../../src/state/tables.ts';
import { openEmbeddedStore } from '../../../src/store/embedded.ts';
import { aNode } from '../../scheduler/support/builders.ts';
import { type FailingStore, failingStore } from '../../support/failing-store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { buildSchedulerWorker } from './scheduler-worker.ts';

/** What a client makes of an allocation that is to run; undefined: it says nothing. */
export type Reaction = (alloc: AllocRow) => { status: AllocClientStatus; healthy?: boolean } | undefined;

/** A server with its state, store and scheduler thread, and clients that only pretend to run what they are given. */
export type Cluster = {
  readonly path: string;
  readonly state: State;
  readonly store: FailingStore;
  readonly server: Server;
  /** All that were started, the newest last. */
  readonly schedulers: SchedulerWorker[];
  /** What went wrong without being an answer. */
  readonly logged: string[];
  /** Added to the clock, in milliseconds. */
  skewMs: number;
  /** How long ago tasks ended that are reported as ended, in milliseconds. */
  endedAgoMs: number;
  /** Nodes whose clients say nothing more; all others report and send heartbeats. */
  readonly silent: Set<string>;
  /** Runs everything, and finds it healthy, unless changed. */
  react: Reaction;
  node(id: string, resources?: { cpu?: number; memory?: number; ComputedClass?: string }): Promise<Node>;
  register(job: JobInput): Promise<Evaluation | undefined>;
  report(alloc: AllocRow, status: AllocClientStatus, healthy?: boolean): Promise<void>;
  /** Of one job, the oldest first. */
  allocs(jobId?: string): AllocRow[];
  /** Those that are wanted and have not ended. */
  live(jobId?: string): AllocRow[];
  statusOf(alloc: AllocRow): AllocClientStatus;
  /** Waits until no evaluation is pending. */
  settled(): Promise<void>;
  stop(): Promise<void>;
};

export async function aCluster(
  options: Partial<Pick<ServerOptions, 'heartbeats' | 'garbage' | 'startScheduler' | 'oidcIssuer'>> & {
    path?: string;
    skewMs?: number;
  } = {},
): Promise<Cluster> {
  const path = options.path ?? (await tempDir());
  const schedulerEntry = await buildSchedulerWorker();
  const store = failingStore(await openEmbeddedStore({ path, mapSize: 256 * 1024 ** 2 }));
  const logged: string[] = [];
  const state = await openState(store, { onDefect: (error) => logged.push(`defect: ${String(error)}`) });
  const log: Log = { ...silentLog, error: (fields, message) => logged.push(`${message} ${JSON.stringify(fields)}`) };
  const schedulers: SchedulerWorker[] = [];
  const server = createServer({
    state,
    log,
    newId: randomUUID,
    now: () => Date.now() + cluster.skewMs,
    random: () => 0,
    schedulerEntry,
    keyring: await openKeyringFile(join(path, 'keyring.json')),
    ...options,
    async startScheduler(start) {
      const started = await (options.startScheduler ?? startScheduler)(start);
      schedulers.push(started);
      return started;
    },
  });
  const clients = new Set<string>();

  const cluster: Cluster = {
    path,
    state,
    store,
    server,
    schedulers,
    logged,
    skewMs: options.skewMs ?? 0,
    endedAgoMs: 0,
    silent: new Set(),
    react: () => ({ status: 'running', healthy: true }),
    async node(id, { ComputedClass = 'v1:1', ...resources } = {}) {
      const node = aNode({ ID: id, SecretID: 'secret', ComputedClass, ...resources });
      clients.add(id);
      await server.requests.register(node);
      return node;
    },
    register: async (job) => (await server.jobs.register(job)).evaluation,
    report: (alloc, status, healthy) =>
      server.requests.updateAllocations(alloc.NodeID, [update(alloc, status, healthy, cluster.endedAgoMs)]),
    allocs: (jobId = 'j') =>
      [...state.tables.allocs.by('job', jobKey('default', jobId))].sort((a, b) => a.CreateIndex - b.CreateIndex),
    live: (jobId) => cluster.allocs(jobId).filter((row) => !isTerminal(row, state.tables.allocStatus.get(row.ID))),
    statusOf: (alloc) =>
      clientStatus(state.tables.allocs.get(alloc.ID) ?? alloc, state.tables.allocStatus.get(alloc.ID)),
    async settled() {
      await until('no evaluation is pending', () => state.tables.evals.countBy('status', 'pending') === 0);
    },
    stop,
  };

  let stopped: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopped ??= server.stop().then(() => state.close());
    return stopped;
  }

  const beats = setInterval(() => {
    for (const id of clients)
      if (!stopped && !cluster.silent.has(id)) server.requests.heartbeat(id, 'ready').catch(() => undefined);
  }, 50);
  const unfollow = state.follow(({ changes }) => {
    for (const { table, value } of changes)
      if (table === 'allocs' && value && clients.has((value as AllocRow).NodeID))
        setImmediate(() => act(value as AllocRow));
  });
  function act(row: AllocRow): void {
    const { allocStatus } = state.tables;
    const reported = allocStatus.get(row.ID)?.ClientStatus;
    if (stopped || cluster.silent.has(row.NodeID) || reported === 'complete' || reported === 'failed') return;
    if (row.DesiredStatus !== 'run') send(row, 'complete');
    else if (reported === undefined) {
      const reaction = cluster.react(row);
      if (reaction) send(row, reaction.status, reaction.healthy);
    }
  }
  function send(row: AllocRow, status: AllocClientStatus, healthy?: boolean): void {
    cluster.report(row, status, healthy).catch(() => undefined);
  }

  onTestFinished(async () => {
    clearInterval(beats);
    unfollow();
    await stop();
  });
  await server.start();
  return cluster;
}

/** A report as a client sends it. Tasks that ended did so now. */
function update(
  alloc: AllocRow,
  status: AllocClientStatus,
  healthy: boolean | undefined,
  endedAgoMs: number,
): AllocationUpdate {
  const timestamp = new Date(Date.now() - endedAgoMs).toISOString();
  const ended = status === 'complete' || status === 'failed';
  return {
    id: alloc.ID,
    clientStatus: status,
    clientDescription: '',
    taskStates: {
      t: {
        State: ended ? 'dead' : 'running',
        Failed: status === 'failed',
        Restarts: 0,
        LastRestart: null,
        StartedAt: timestamp,
        FinishedAt: ended ? timestamp : null,
        Events: [],
      } as never,
    },
    deploymentHealthy: healthy === undefined ? null : { healthy, deploymentId: alloc.DeploymentID },
    networkStatus: null,
  };
}

/** A job of one group of one task, as a user would write it. */
export function aService(change: JobInput = {}, group: Readonly<Record<string, unknown>> = {}): JobInput {
  const task = {
    Name: 't',
    Driver: 'raw_exec',
    Config: { command: '/bin/sh', args: ['-c', 'exec sleep 600'] },
    Resources: { CPU: 100, MemoryMB: 64 },
  };
  return {
    ID: 'j',
    Name: 'j',
    Type: 'service',
    Datacenters: ['dc1'],
    TaskGroups: [{ Name: 'g', Count: 1, Tasks: [task], ...group }],
    ...change,
  };
}

/** The same job with other environment variables: what runs of it has to be replaced. */
export function changed(job: JobInput, value: string): JobInput {
  const groups = job.TaskGroups as { Tasks: object[] }[];
  const Tasks = (tasks: object[]) => tasks.map((task) => ({ ...task, Env: { V: value } }));
  return { ...job, TaskGroups: groups.map((group) => ({ ...group, Tasks: Tasks(group.Tasks) })) };
}
