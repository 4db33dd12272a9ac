import { randomUUID } from 'node:crypto';
import type { Job, Node } from '@shoal/api';
import type { Scheduler } from '../packages/shoal/src/scheduler/contract.ts';
import type { Plan } from '../packages/shoal/src/scheduler/plan.ts';
import { createScheduler } from '../packages/shoal/src/scheduler/scheduler.ts';
import { jobKey, jobVersionKey } from '../packages/shoal/src/state/tables.ts';
import type { Change } from '../packages/shoal/src/store/contract.ts';
import { anEval } from '../packages/shoal/test/scheduler/support/builders.ts';
import { type JobShape, jobOf, nodeNumber } from './support/cluster.ts';

/**
 * Placements per second of the scheduler alone: taking a job in, planning, and taking in what the plan brought. 14 of 20 nodes meet the three
 * constraints that every job has.
 */
export type Measured = {
  readonly perSecond: number;
  /** On a busy machine the figures per CPU second are the ones to compare. */
  readonly perCpuSecond: number;
  readonly slowestPlanMs: number;
  readonly cpuMilliseconds: number;
  readonly placed: number;
  readonly failed: number;
};

export type Kind = { readonly name: string; readonly shape: (nodes: number, at: number) => JobShape };

const RACKS = { Attribute: '${meta.rack}', Weight: 100, SpreadTarget: null };
const CLASS_2 = { LTarget: '${node.class}', Operand: '=', RTarget: 'class-2', Weight: 50 } as const;
const DISTINCT = { LTarget: '', Operand: 'distinct_hosts', RTarget: '' } as const;

const WARM_UP_MS = 250;

/** Where a job may have one allocation per node only, it has as many as a small cluster takes. */
const perNode = (nodes: number) => Math.min(1_000, nodes / 2);

export const KINDS: readonly Kind[] = [
  { name: 'service jobs of 1,000', shape: () => ({ type: 'service', count: 1_000 }) },
  { name: 'batch jobs of 1,000', shape: () => ({ type: 'batch', count: 1_000 }) },
  { name: 'jobs of 1,000 with spread', shape: () => ({ type: 'service', count: 1_000, spreads: [RACKS] }) },
  { name: 'jobs of 1,000 with affinity', shape: () => ({ type: 'service', count: 1_000, affinities: [CLASS_2] }) },
  {
    name: 'jobs of 1,000 with distinct_hosts',
    shape: (nodes) => ({ type: 'service', count: perNode(nodes), constraints: [DISTINCT] }),
  },
  {
    name: 'jobs of 1,000 with a static port',
    shape: (nodes, at) => ({ type: 'service', count: perNode(nodes), staticPorts: [1_024 + (at % 15_000)] }),
  },
  { name: 'jobs of 1,000 with two dynamic ports', shape: () => ({ type: 'service', count: 1_000, dynamicPorts: 2 }) },
  { name: 'jobs of 1', shape: () => ({ type: 'service', count: 1 }) },
  { name: 'jobs of 1 with spread', shape: () => ({ type: 'service', count: 1, spreads: [RACKS] }) },
  {
    name: 'jobs of 1, each of another size',
    shape: (_, at) => ({ type: 'service', count: 1, cpu: 50 + (at % 10_000) / 100 }),
  },
];

export type Options = {
  readonly nodes: number;
  /** The nodes' cpu and memory are taken to 80 % before. */
  readonly full: boolean;
  readonly milliseconds: number;
  /** So many placements at most. */
  readonly most?: number;
};

/** As many jobs of a kind as there is time for; a cluster that is half used by them is left for a new one. Warmed up before. */
export function measure(kind: Kind, options: Options): Measured {
  run(kind, { nodes: 500, full: options.full, milliseconds: WARM_UP_MS });
  return run(kind, options);
}

function run(kind: Kind, { nodes, full, milliseconds, most = Number.POSITIVE_INFINITY }: Options): Measured {
  let [spent, cpu, slowestPlanMs, placed, failed] = [0, 0, 0, 0, 0];
  while (spent < milliseconds && placed < most) {
    const bench = new Bench(nodes, full);
    const room = bench.room() / 2;
    for (let at = 0, here = 0; here < room && spent < milliseconds && placed < most; at += 1) {
      const job = jobOf(`job-${at}`, kind.shape(nodes, at));
      const begun = performance.now();
      const cpuBefore = process.cpuUsage();
      const { plan, planMs } = bench.place(job);
      const used = process.cpuUsage(cpuBefore);
      spent += performance.now() - begun;
      cpu += (used.user + used.system) / 1000;
      slowestPlanMs = Math.max(slowestPlanMs, planMs);
      here += plan.newAllocs.length;
      placed += plan.newAllocs.length;
      failed += Object.keys(plan.evalPatch.set.FailedTGAllocs ?? {}).length;
      if (plan.newAllocs.length === 0) break;
    }
  }
  return {
    perSecond: (placed / spent) * 1000,
    perCpuSecond: (placed / cpu) * 1000,
    slowestPlanMs,
    cpuMilliseconds: cpu,
    placed,
    failed,
  };
}

/** A scheduler, and who feeds it. */
class Bench {
  readonly #scheduler: Scheduler = createScheduler({
    newId: randomUUID,
    random: Math.random,
    elapsed: () => Math.round(performance.now() * 1e6),
  });
  readonly #nodes: readonly Node[];
  readonly #share: number;
  #index = 0;

  constructor(nodes: number, full: boolean) {
    this.#nodes = Array.from({ length: nodes }, (_, at) => nodeNumber(at, randomUUID()));
    this.#share = full ? 0.8 : 0;
    this.#apply(this.#nodes.map((node) => ['nodes', node.ID, node]));
    if (full) this.#fill();
  }

  /** Allocations of the usual size that fit, by the processor of nodes that the constraints allow. */
  room(): number {
    const allowed = this.#nodes.filter((_, at) => at % 4 > 0 && at % 10 > 0);
    const cpu = allowed.reduce((sum, node) => sum + node.NodeResources.Cpu.CpuShares, 0);
    return (cpu * (1 - this.#share)) / 50;
  }

  place(job: Job): { plan: Plan; planMs: number } {
    this.#register(job);
    const evaluation = anEval(job, { ID: randomUUID() });
    const begun = performance.now();
    const plan = this.#scheduler.plan(evaluation, { now: Date.now() * 1e6 });
    const planMs = performance.now() - begun;
    const deployments = plan.newDeployment ? [plan.newDeployment] : [];
    this.#apply([
      ...plan.newAllocs.map((row): Row => ['allocs', row.ID, row]),
      ...deployments.map((row): Row => ['deployments', row.ID, row]),
    ]);
    this.#scheduler.settle(plan.id, 'committed');
    return { plan, planMs };
  }

  /** Each node is taken to between 60 and 100 %, 80 % in all. */
  #fill(): void {
    for (const [at, { NodeResources: has }] of this.#nodes.entries()) {
      const share = 0.6 + ((at * 7) % 41) / 100;
      const [cpu, memory] = [Math.floor(has.Cpu.CpuShares * share), Math.floor(has.Memory.MemoryMB * share)];
      const job = jobOf(`filler-${at}`, { type: 'service', count: 1, cpu, memory });
      this.#register(job);
      this.#apply([['allocs', `filler-${at}`, fillerOn(this.#nodes[at] as Node, job)]]);
    }
  }

  #register(job: Job): void {
    this.#apply([
      ['jobs', jobKey('default', job.ID), job],
      ['jobVersions', jobVersionKey('default', job.ID, 0), job],
    ]);
  }

  /** One change set. */
  #apply(rows: readonly Row[]): void {
    this.#index += 1;
    const index = { createIndex: this.#index, modifyIndex: this.#index };
    this.#scheduler.apply(rows.map(([table, key, value]): Change => ({ table, key, value, ...index })));
  }
}

type Row = [table: string, key: string, value: object];

function fillerOn(node: Node, job: Job): object {
  return {
    ID: job.ID,
    Namespace: 'default',
    JobID: job.ID,
    JobVersion: 0,
    TaskGroup: 'g',
    Name: `${job.ID}.g[0]`,
    NodeID: node.ID,
    DesiredStatus: 'run',
    Ports: null,
    PreviousAllocation: '',
    NextAllocation: '',
    FollowupEvalID: '',
    DeploymentID: '',
    RescheduleTracker: null,
    ModifyTime: 0,
  };
}
