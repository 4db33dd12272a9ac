import { randomUUID } from 'node:crypto';
import { binpackScore } from '../packages/shoal/src/scheduler/place/fit.ts';
import { createScheduler } from '../packages/shoal/src/scheduler/scheduler.ts';
import { jobKey, jobVersionKey } from '../packages/shoal/src/state/tables.ts';
import { aGroup, aJob, aNode, anEval, aTask } from '../packages/shoal/test/scheduler/support/builders.ts';

/**
 * How well allocations are packed when they come one after another and nobody knows what comes next: the fewest equal nodes on which a mixed workload
 * finds room, and how many are in use when there are twice as many as it needs. Beside the scheduler, ways of choosing a node that others have: the
 * first with room; the best by the same scores (fullest first, allocations of a job apart) among so many that chance picks.
 */
export type Packing = { readonly name: string; readonly fewest: number; readonly used: number };

const NODE = { cpu: 16_000, memory: 32_768, disk: 1_000_000 } as const;
const JOBS = 2_000;
const COUNTS = [1, 1, 2, 3, 5, 10, 20];

type Size = { readonly cpu: number; readonly memory: number };
type Work = Size & { readonly count: number };
/** One allocation. */
type Item = Size & { readonly job: number; readonly count: number };

export function measure(): Packing[] {
  const workload = mixedWorkload(seeded(7));
  const sequence = workload.flatMap((work, job) => Array.from({ length: work.count }, (): Item => ({ ...work, job })));
  const bound = Math.max(sum(sequence, 'cpu') / NODE.cpu, sum(sequence, 'memory') / NODE.memory);
  const least = Math.ceil(bound);
  const packed = (name: string, used: (nodes: number) => number | undefined): Packing => ({
    name,
    fewest: bisect(least, (nodes) => used(nodes) !== undefined),
    used: used(2 * least) ?? Number.NaN,
  });
  return [
    { name: 'lower bound', fewest: least, used: least },
    packed('Shoal', (nodes) => scheduled(workload, nodes)),
    packed('first-fit', (nodes) => placed(sequence, nodes, firstFit)),
    packed('best-fit of 2 sampled', (nodes) => placed(sequence, nodes, sampled(2))),
    packed('best-fit of log2(n) sampled', (nodes) => placed(sequence, nodes, sampled(Math.ceil(Math.log2(nodes))))),
  ];
}

/** Services of all sizes: many small, some that take a quarter of a node, of one resource more than of the other. */
function mixedWorkload(random: () => number): Work[] {
  const size = (smallest: number, largest: number) => Math.round(smallest * (largest / smallest) ** (random() ** 1.5));
  return Array.from({ length: JOBS }, () => ({
    cpu: size(100, 4_000),
    memory: size(128, 8_192),
    count: COUNTS[Math.floor(random() * COUNTS.length)] ?? 1,
  }));
}

/** The nodes that are in use at the end; undefined when not everything found room. */
function scheduled(workload: readonly Work[], nodes: number): number | undefined {
  const used = new Set<string>();
  const scheduler = createScheduler({ newId: randomUUID, random: Math.random });
  let index = 1;
  const change = (table: string, key: string, value: object) => ({
    table,
    key,
    value,
    createIndex: index,
    modifyIndex: index,
  });
  scheduler.apply(
    Array.from({ length: nodes }, (_, at) => change('nodes', `node-${at}`, aNode({ ID: `node-${at}`, ...NODE }))),
  );
  for (const [at, { count, cpu, memory }] of workload.entries()) {
    index += 1;
    const tasks = [aTask({ cpu, memory })];
    const job = aJob({ ID: `job-${at}`, TaskGroups: [aGroup({ Count: count, disk: 1, Tasks: tasks })] });
    scheduler.apply([
      change('jobs', jobKey('default', job.ID), job),
      change('jobVersions', jobVersionKey('default', job.ID, 0), job),
    ]);
    const plan = scheduler.plan(anEval(job, { ID: `eval-${at}` }), { now: 1e18 });
    if (plan.newAllocs.length < count) return undefined;
    for (const { NodeID } of plan.newAllocs) used.add(NodeID);
    index += 1;
    scheduler.apply(plan.newAllocs.map((row) => change('allocs', row.ID, row)));
    scheduler.settle(plan.id, 'committed');
  }
  return used.size;
}

type Nodes = {
  readonly cpu: Float64Array;
  readonly memory: Float64Array;
  /** Of the job that is being placed. */
  readonly mine: Uint16Array;
};
/** The node to take; -1 when none has room. */
type Choose = (nodes: Nodes, item: Item) => number;

function placed(sequence: readonly Item[], count: number, choose: Choose): number | undefined {
  const nodes: Nodes = {
    cpu: new Float64Array(count).fill(NODE.cpu),
    memory: new Float64Array(count).fill(NODE.memory),
    mine: new Uint16Array(count),
  };
  let job = -1;
  for (const item of sequence) {
    if (item.job !== job) nodes.mine.fill(0);
    job = item.job;
    const at = choose(nodes, item);
    if (at < 0) return undefined;
    nodes.cpu[at]! -= item.cpu;
    nodes.memory[at]! -= item.memory;
    nodes.mine[at]! += 1;
  }
  return nodes.cpu.filter((free) => free < NODE.cpu).length;
}

const hasRoom = ({ cpu, memory }: Nodes, at: number, size: Size) => cpu[at]! >= size.cpu && memory[at]! >= size.memory;

function firstFit(nodes: Nodes, size: Size): number {
  for (let at = 0; at < nodes.cpu.length; at += 1) if (hasRoom(nodes, at, size)) return at;
  return -1;
}

/** The best of so many nodes with room, in an order that chance makes for each allocation. */
function sampled(candidates: number): Choose {
  const random = seeded(11);
  return (nodes, item) => {
    const { length } = nodes.cpu;
    const step = coprimeStep(length, random);
    let [at, found, best, highest] = [Math.floor(random() * length), 0, -1, Number.NEGATIVE_INFINITY];
    for (let looked = 0; looked < length && found < candidates; looked += 1, at = (at + step) % length) {
      if (!hasRoom(nodes, at, item)) continue;
      found += 1;
      const score = scoreOf(nodes, at, item);
      if (score > highest) [best, highest] = [at, score];
    }
    return best;
  };
}

function scoreOf({ cpu, memory, mine }: Nodes, at: number, item: Item): number {
  const fit = binpackScore((cpu[at]! - item.cpu) / NODE.cpu, (memory[at]! - item.memory) / NODE.memory);
  return mine[at] === 0 ? fit : (fit - (mine[at]! + 1) / item.count) / 2;
}

/** A stride that comes by every node once. */
function coprimeStep(length: number, random: () => number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  for (;;) {
    const step = 1 + Math.floor(random() * (length - 1));
    if (divisor(step, length) === 1) return step;
  }
}

/** The fewest from `least` on, to a node. */
function bisect(least: number, fits: (nodes: number) => boolean): number {
  let [low, high] = [least - 1, least];
  while (!fits(high)) [low, high] = [high, Math.ceil(high * 1.1)];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function sum(sizes: readonly Size[], field: keyof Size): number {
  return sizes.reduce((total, size) => total + size[field], 0);
}

/** Mulberry32: the same workload in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
