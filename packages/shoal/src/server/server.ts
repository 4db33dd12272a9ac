import type { JobInput } from '@shoal/api';
import type { NodeRequests } from '../rpc/node-requests.ts';
import type { Plan } from '../scheduler/plan.ts';
import type { SchedulerWorker, StartScheduler } from '../scheduler/worker-contract.ts';
import { type Allocations, createAllocations } from './allocations.ts';
import { BlockedEvals } from './blocked-evals.ts';
import { type Children, createChildren } from './children.ts';
import { Deployments } from './deployments.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { EvalProcessor } from './eval-processor.ts';
import { newEvaluation } from './evaluations.ts';
import { GARBAGE_DEFAULTS, GarbageCollector, type GarbageSettings } from './garbage.ts';
import { HEARTBEAT_DEFAULTS, type HeartbeatSettings, Heartbeats } from './heartbeats.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createNodes, type Nodes } from './nodes.ts';
import { Periodic } from './periodic.ts';
import { createNodeRequests } from './requests.ts';

/** The server role: what users and clients ask of it, and the loops that carry decisions out. */
export type Server = {
  readonly jobs: Jobs;
  readonly children: Children;
  readonly nodes: Nodes;
  readonly allocations: Allocations;
  readonly requests: NodeRequests;
  /** What registering the job would do; nothing is written. */
  planJob(input: JobInput): Promise<Plan>;
  /** Removes what is over, whatever its age; answers with the number of rows. */
  collectGarbage(): Promise<number>;
  /** Evaluations that wait to be processed. */
  pendingEvals(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type ServerOptions = ServerDeps & {
  readonly startScheduler: StartScheduler;
  /** The bundled scheduler worker. */
  readonly schedulerEntry: URL | string;
  readonly heartbeats?: HeartbeatSettings;
  readonly garbage?: GarbageSettings;
};

export function createServer(options: ServerOptions): Server {
  const { state, log } = options;
  const jobs = createJobs(options);
  const children = createChildren(options);
  const nodes = createNodes(options);
  const allocations = createAllocations(options);
  const heartbeats = new Heartbeats(options, nodes, options.heartbeats ?? HEARTBEAT_DEFAULTS);
  const requests = createNodeRequests(options, { nodes, allocations, heartbeats });
  let scheduler: SchedulerWorker | undefined;
  let unfollow: (() => void) | undefined;
  let stopping = false;

  const processor = new EvalProcessor(options, current);
  const garbage = new GarbageCollector(options, options.garbage ?? GARBAGE_DEFAULTS);
  const loops = [
    processor,
    new BlockedEvals(options, (evaluation) => processor.enqueue(evaluation)),
    new Deployments(options),
    new Periodic(options, children),
    heartbeats,
  ];

  function current(): SchedulerWorker {
    if (!scheduler) throw new Error('the scheduler is not running');
    return scheduler;
  }

  /** A scheduler that died took no state with it: a new one is filled from the tables, and pending evaluations are planned again. */
  async function startScheduler(): Promise<void> {
    const snapshot = { index: state.index(), changes: state.snapshot() };
    const early: Parameters<SchedulerWorker['feed']>[0][] = [];
    unfollow?.();
    unfollow = state.follow((set) => (scheduler ? scheduler.feed(set) : early.push(set)));
    const started = await options.startScheduler({ entry: options.schedulerEntry, snapshot });
    for (const set of early) started.feed(set);
    scheduler = started;
    void started.ended.then((reason) => {
      if (stopping) return;
      scheduler = undefined;
      log.error({ error: String(reason) }, 'server: the scheduler ended; starting another');
      for (const loop of loops) loop.stop();
      void startScheduler().then(() => {
        for (const loop of loops) loop.start();
      });
    });
  }

  async function planJob(input: JobInput): Promise<Plan> {
    const { job } = jobs.preview(input);
    const evaluation = { ...newEvaluation(options, job, 'job-register'), AnnotatePlan: true };
    return current().plan(evaluation, { now: nowNanos(options), dryRun: { job } });
  }

  return {
    jobs,
    children,
    nodes,
    allocations,
    requests,
    planJob,
    collectGarbage: () => garbage.collect({ force: true }),
    pendingEvals: () => processor.pending,
    async start() {
      if (scheduler) return;
      await startScheduler();
      for (const loop of loops) loop.start();
    },
    async stop() {
      stopping = true;
      for (const loop of loops) loop.stop();
      unfollow?.();
      await scheduler?.stop();
    },
  };
}
