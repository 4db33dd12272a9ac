import type { JobInput } from '@shoal/api';
import type { NodeRequests } from '../rpc/node-requests.ts';
import type { Plan } from '../scheduler/plan.ts';
import { type Allocations, createAllocations } from './allocations.ts';
import { BlockedEvals } from './blocked-evals.ts';
import { type Children, createChildren } from './children.ts';
import { DeploymentWatch } from './deployment-watch.ts';
import { createDeployments, type Deployments } from './deployments.ts';
import { nowNanos, type ServerDeps } from './deps.ts';
import { Drains } from './drains.ts';
import { EvalProcessor } from './eval-processor.ts';
import { newEvaluation } from './evaluations.ts';
import { GARBAGE_DEFAULTS, GarbageCollector, type GarbageSettings } from './garbage.ts';
import { HEARTBEAT_DEFAULTS, type HeartbeatSettings, Heartbeats } from './heartbeats.ts';
import { createJobTags, type JobTags } from './job-tags.ts';
import { createJobs, type Jobs } from './jobs.ts';
import { createKeyring, type Keyring } from './keyring/keyring.ts';
import type { KeyringFile } from './keyring/keyring-file.ts';
import { createSigner, type Signer } from './keyring/signer.ts';
import { createNamespaces, type Namespaces } from './namespaces.ts';
import { createNodePools, type NodePools } from './node-pools.ts';
import { createNodes, type Nodes } from './nodes.ts';
import { Periodic } from './periodic.ts';
import { createNodeRequests } from './requests.ts';
import { createScaling, type Scaling } from './scaling.ts';
import { type SchedulerSettings, schedulerSettings, setSchedulerSettings } from './scheduler-config.ts';
import { SchedulerKeeper, type SchedulerKeeperOptions } from './scheduler-keeper.ts';
import { createVariables, type Variables } from './variables/variables.ts';

/** The server role: what users and clients ask of it, and the loops that carry decisions out. */
export type Server = {
  readonly jobs: Jobs;
  readonly jobTags: JobTags;
  readonly children: Children;
  readonly nodes: Nodes;
  readonly allocations: Allocations;
  readonly deployments: Deployments;
  readonly scaling: Scaling;
  readonly namespaces: Namespaces;
  readonly nodePools: NodePools;
  readonly keyring: Keyring;
  readonly signer: Signer;
  /** The address under which others find the keys of tokens. */
  readonly oidcIssuer: string | undefined;
  readonly variables: Variables;
  readonly requests: NodeRequests;
  /** What registering the job would do; nothing is written. */
  planJob(input: JobInput): Promise<Plan>;
  /** Removes what is over for long enough, or (`force`) whatever its age; answers with the number of rows. */
  collectGarbage(options?: { force?: boolean }): Promise<number>;
  /** Sets what is given of the operators' settings; the rest keeps its value. */
  configureScheduler(settings: Partial<SchedulerSettings>, cas?: number): ReturnType<typeof setSchedulerSettings>;
  /** Evaluations that wait to be processed. */
  pendingEvals(): number;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type ServerOptions = ServerDeps &
  SchedulerKeeperOptions & {
    readonly keyring: KeyringFile;
    readonly oidcIssuer?: string | undefined;
    readonly heartbeats?: HeartbeatSettings;
    readonly garbage?: GarbageSettings;
    /** What the scheduler goes by in a cluster where nobody has set anything. */
    readonly schedulerDefaults?: Partial<SchedulerSettings>;
  };

export function createServer(options: ServerOptions): Server {
  const nodePools = createNodePools(options);
  const jobs = createJobs(options, nodePools);
  const children = createChildren(options);
  const nodes = createNodes(options);
  const allocations = createAllocations(options);
  const deployments = createDeployments(options, jobs);
  const heartbeats = new Heartbeats(options, nodes, options.heartbeats ?? HEARTBEAT_DEFAULTS);
  const schedulers = new SchedulerKeeper(options);
  const processor = new EvalProcessor(options, schedulers);
  const namespaces = createNamespaces(options);
  const keyring = createKeyring(options, options.keyring);
  const signer = createSigner(options, keyring);
  const variables = createVariables(options, keyring, namespaces);
  const requests = createNodeRequests(options, { nodes, allocations, heartbeats, variables, signer });
  const garbage = new GarbageCollector(options, options.garbage ?? GARBAGE_DEFAULTS);
  const loops = [
    processor,
    new BlockedEvals(options, (evaluation) => processor.enqueue(evaluation)),
    new DeploymentWatch(options, deployments),
    new Drains(options, nodes),
    new Periodic(options, children),
    heartbeats,
    garbage,
    variables,
  ];

  async function planJob(input: JobInput): Promise<Plan> {
    const { job } = jobs.preview(input);
    const evaluation = { ...newEvaluation(options, job, 'job-register'), AnnotatePlan: true };
    const scheduler = await schedulers.current();
    return scheduler.plan(evaluation, { now: nowNanos(options), dryRun: { job } });
  }

  return {
    jobs,
    jobTags: createJobTags(options),
    children,
    nodes,
    allocations,
    deployments,
    scaling: createScaling(options, jobs),
    namespaces,
    nodePools,
    keyring,
    signer,
    oidcIssuer: options.oidcIssuer,
    variables,
    requests,
    planJob,
    collectGarbage: (how) => garbage.collect(how),
    configureScheduler: (settings, cas) => setSchedulerSettings(options.state, settings, cas),
    pendingEvals: () => processor.pending,
    async start() {
      if (options.schedulerDefaults && schedulerSettings(options.state.tables).ModifyIndex === 0)
        await setSchedulerSettings(options.state, options.schedulerDefaults, 0);
      await schedulers.current();
      for (const loop of loops) loop.start();
    },
    async stop() {
      for (const loop of loops) loop.stop();
      await schedulers.stop();
    },
  };
}
