import type { Job, Node } from '@shoal/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import type { AllocRow } from '../../src/state/rows.ts';
import type { Change } from '../../src/store/contract.ts';
import { aJob, aNetwork, aNode, anEval, anUpdate, aTask, SECOND } from './support/builders.ts';
import { World } from './support/world.ts';

/** Whatever happens, in any order: no node gives more than it has, no port is given twice, and plans come to rest. */

const nodeArb = fc.record({
  cpu: fc.integer({ min: 100, max: 1000 }),
  memory: fc.integer({ min: 100, max: 1000 }),
  disk: fc.integer({ min: 100, max: 2000 }),
  arch: fc.constantFrom('amd64', 'arm64'),
  dc: fc.constantFrom('dc1', 'dc2'),
});

const jobArb = fc.record({
  count: fc.integer({ min: 0, max: 8 }),
  cpu: fc.integer({ min: 10, max: 300 }),
  memory: fc.integer({ min: 10, max: 300 }),
  staticPort: fc.option(fc.integer({ min: 8000, max: 8002 }), { nil: undefined }),
  dynamicPorts: fc.integer({ min: 0, max: 2 }),
  arch: fc.option(fc.constantFrom('amd64', 'arm64'), { nil: undefined }),
  distinct: fc.constantFrom('none', 'hosts', 'property'),
  spread: fc.boolean(),
  maxParallel: fc.integer({ min: 0, max: 3 }),
  type: fc.constantFrom<Job['Type']>('service', 'batch', 'system'),
  env: fc.constantFrom('a', 'b'),
});
type JobSpec = typeof jobArb extends fc.Arbitrary<infer T> ? T : never;
type NodeSpec = typeof nodeArb extends fc.Arbitrary<infer T> ? T : never;

const eventArb = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('register' as const),
      job: fc.nat(2),
      spec: jobArb,
      rejected: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('evaluate' as const), job: fc.nat(2), rejected: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), job: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      at: fc.nat(),
      status: fc.constantFrom('running', 'complete', 'failed', 'healthy'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('node' as const),
      at: fc.nat(),
      to: fc.constantFrom('down', 'ready', 'drained', 'ineligible'),
    }),
  },
);
type Event = typeof eventArb extends fc.Arbitrary<infer T> ? T : never;

function nodeOf(spec: NodeSpec, at: number, changes: Partial<Node> = {}): Node {
  const { arch, dc, ...size } = spec;
  const Attributes = { 'driver.raw_exec': '1', 'cpu.arch': arch };
  return aNode({
    ID: `node-${at}`,
    ip: `10.0.0.${at + 1}`,
    Datacenter: dc,
    ComputedClass: `${arch}${dc}`,
    Attributes,
    ...size,
    ...changes,
  });
}

function jobOf(at: number, spec: JobSpec): Job {
  const Constraints = [
    ...(spec.arch ? [{ LTarget: '${attr.cpu.arch}', Operand: '=', RTarget: spec.arch }] : []),
    ...(spec.distinct === 'hosts' ? [{ LTarget: '', Operand: 'distinct_hosts', RTarget: '' }] : []),
    ...(spec.distinct === 'property'
      ? [{ LTarget: '${node.datacenter}', Operand: 'distinct_property', RTarget: '2' }]
      : []),
  ];
  const port = (Label: string, Value: number) => ({ Label, Value, To: 0, HostNetwork: 'default' });
  const network = aNetwork({
    ReservedPorts: spec.staticPort ? [port('static', spec.staticPort)] : null,
    DynamicPorts: spec.dynamicPorts > 0 ? Array.from({ length: spec.dynamicPorts }, (_, n) => port(`d${n}`, 0)) : null,
  });
  return aJob({
    ID: `job-${at}`,
    Type: spec.type,
    Datacenters: ['*'],
    Constraints,
    Spreads: spec.spread ? [{ Attribute: '${node.datacenter}', Weight: 100, SpreadTarget: null }] : null,
    group: {
      Count: spec.count,
      Networks: [network],
      Tasks: [aTask({ cpu: spec.cpu, memory: spec.memory, Env: { A: spec.env } })],
      Update: spec.type === 'service' && spec.maxParallel > 0 ? anUpdate({ MaxParallel: spec.maxParallel }) : null,
      ReschedulePolicy: { Attempts: 0, Interval: 0, Delay: 0, DelayFunction: 'constant', MaxDelay: 0, Unlimited: true },
    },
  });
}

class Play {
  readonly world = new World();
  readonly nodes: readonly NodeSpec[];
  readonly #jobs = new Map<string, Job>();

  constructor(nodes: readonly NodeSpec[]) {
    this.nodes = nodes;
    for (const [at, spec] of nodes.entries()) this.world.node(nodeOf(spec, at));
  }

  get jobs(): Job[] {
    return [...this.#jobs.values()];
  }

  do(event: Event): void {
    this.world.now += SECOND;
    if (event.kind === 'register') this.#register(jobOf(event.job, event.spec), event.rejected);
    else if (event.kind === 'evaluate') this.#evaluate(this.jobs[event.job], event.rejected);
    else if (event.kind === 'stop') this.#stop(this.jobs[event.job]);
    else if (event.kind === 'report') this.#report(event.at, event.status);
    else this.#node(event.at % this.nodes.length, event.to);
  }

  #register(job: Job, rejected: boolean): void {
    // A job keeps its type.
    const row = this.world.register({ ...job, Type: this.#jobs.get(job.ID)?.Type ?? job.Type });
    this.#jobs.set(job.ID, row);
    this.#evaluate(row, rejected);
  }

  #evaluate(job: Job | undefined, rejected: boolean): void {
    if (!job) return;
    const plan = this.world.plan(job);
    if (rejected) this.world.scheduler.settle(plan.id, 'rejected');
    else this.world.commit(plan);
  }

  #stop(job: Job | undefined): void {
    if (job) this.#register({ ...job, Stop: true }, false);
  }

  #report(at: number, status: string): void {
    const open = this.world.allocs().filter((row) => !this.world.ended(row));
    const alloc = open[at % Math.max(1, open.length)];
    if (!alloc) return;
    if (status === 'healthy') this.world.healthy(alloc.ID);
    else this.world.report(alloc.ID, status as 'running' | 'complete' | 'failed');
  }

  #node(at: number, to: string): void {
    const drain = { Deadline: 0, IgnoreSystemJobs: false, ForceDeadline: '', StartedAt: '' };
    const changes: Partial<Node> =
      to === 'down'
        ? { Status: 'down' }
        : to === 'drained'
          ? { DrainStrategy: drain }
          : to === 'ineligible'
            ? { SchedulingEligibility: 'ineligible' }
            : {};
    this.world.node(nodeOf(this.nodes[at]!, at, changes));
  }

  /** Allocations that take up room: until their client says that they ended, or their successor took over on the spot. */
  holding(): AllocRow[] {
    const rows = this.world.allocs();
    const at = new Map(rows.map((row) => [row.ID, row.NodeID]));
    return rows.filter((row) => {
      if (this.world.ended(row)) return false;
      return row.DesiredStatus === 'run' || at.get(row.NextAllocation) !== row.NodeID;
    });
  }
}

function checkRoom(play: Play): void {
  const holding = play.holding();
  for (const [at, node] of play.nodes.entries()) {
    const here = holding.filter((row) => row.NodeID === `node-${at}`);
    const sizes = here.map((row) => taskOf(play, row));
    const sum = (of: (size: { cpu: number; memory: number; disk: number }) => number) =>
      sizes.reduce((total, size) => total + of(size), 0);
    expect(sum((size) => size.cpu)).toBeLessThanOrEqual(node.cpu);
    expect(sum((size) => size.memory)).toBeLessThanOrEqual(node.memory);
    expect(sum((size) => size.disk)).toBeLessThanOrEqual(node.disk);
    const ports = here.flatMap((row) => (row.Ports ?? []).map((port) => `${port.HostIP}:${port.Value}`));
    expect(new Set(ports).size, `ports on node ${at}`).toBe(ports.length);
  }
}

function taskOf(play: Play, row: AllocRow) {
  const version = play.world.version(row.JobID, row.JobVersion);
  const group = version.TaskGroups![0]!;
  const { CPU, MemoryMB } = group.Tasks![0]!.Resources;
  return { cpu: CPU, memory: MemoryMB, disk: group.EphemeralDisk.SizeMB };
}

const scenario = fc.record({
  nodes: fc.array(nodeArb, { minLength: 1, maxLength: 4 }),
  events: fc.array(eventArb, { minLength: 1, maxLength: 25 }),
});

describe('after anything that may happen', () => {
  test('no node is over-committed, and no port given twice', () => {
    fc.assert(
      fc.property(scenario, ({ nodes, events }) => {
        const play = new Play(nodes);
        for (const event of events) {
          play.do(event);
          checkRoom(play);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('planning again on the result places nothing', () => {
    fc.assert(
      fc.property(scenario, ({ nodes, events }) => {
        const play = new Play(nodes);
        for (const event of events) play.do(event);
        for (const job of play.jobs) {
          play.world.evaluate(job);
          const again = play.world.plan(job);
          expect(again.newAllocs).toEqual([]);
          expect(again.allocPatches).toEqual([]);
          expect(again.newDeployment).toBeUndefined();
          play.world.scheduler.settle(again.id, 'rejected');
        }
      }),
      { numRuns: 100 },
    );
  });

  test('the count is reached, or the plan says why not', () => {
    fc.assert(
      fc.property(
        fc.array(nodeArb, { minLength: 1, maxLength: 5 }),
        fc.array(jobArb, { minLength: 1, maxLength: 4 }),
        (nodes, specs) => {
          const play = new Play(nodes);
          for (const [at, spec] of specs.entries()) {
            const job = play.world.register(jobOf(at, { ...spec, type: 'service' }));
            const plan = play.world.evaluate(job);
            const failed = plan.evalPatch.set.FailedTGAllocs?.['g'];
            const missing = failed ? failed.CoalescedFailures + 1 : 0;
            expect(plan.newAllocs.length + missing).toBe(spec.count);
            if (!failed) continue;
            expect(failed.NodesFiltered + failed.NodesExhausted, 'every node is accounted for').toBe(nodes.length);
            expect(failed.NodesEvaluated).toBe(nodes.length);
            checkDistinct(play, job);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test('a scheduler that was given everything at once, in any order, plans the same', () => {
    fc.assert(
      fc.property(scenario, fc.infiniteStream(fc.nat(1000)), jobArb, ({ nodes, events }, order, spec) => {
        const play = new Play(nodes);
        for (const event of events) play.do(event);
        const job = play.world.register(jobOf(7, { ...spec, count: spec.count + 1 }));
        const other = createScheduler({ newId: () => '-' });
        other.apply(shuffled(play.world.changes(), order));
        const evaluation = anEval(job);
        const placed = (scheduler: typeof other) =>
          scheduler.plan(evaluation, { now: 1 }).newAllocs.map(({ Name, NodeID, Ports }) => ({ Name, NodeID, Ports }));
        expect(placed(other)).toEqual(placed(play.world.scheduler));
      }),
      { numRuns: 100 },
    );
  });
});

function checkDistinct(play: Play, job: Job): void {
  if (job.Constraints?.some((each) => each.Operand === 'distinct_hosts') !== true) return;
  const where = play.world.running(job).map((row) => row.NodeID);
  expect(new Set(where).size).toBe(where.length);
}

function shuffled(changes: readonly Change[], order: fc.Stream<number>): Change[] {
  const keys = [...order.take(changes.length)];
  return changes
    .map((change, at) => ({ change, key: keys[at] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map((each) => each.change);
}
