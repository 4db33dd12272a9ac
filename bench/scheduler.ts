import { randomUUID } from 'node:crypto';
import type { Job, NetworkResource, Node, Spread } from '@shoal/api';
import type { Scheduler } from '../packages/shoal/src/scheduler/contract.ts';
import type { Plan } from '../packages/shoal/src/scheduler/plan.ts';
import { createScheduler } from '../packages/shoal/src/scheduler/scheduler.ts';
import { jobKey, jobVersionKey } from '../packages/shoal/src/state/tables.ts';
import type { Change } from '../packages/shoal/src/store/contract.ts';
import { aGroup, aJob, aNetwork, aNode, anEval, aTask } from '../packages/shoal/test/scheduler/support/builders.ts';

/**
 * Placements per second of the scheduler alone: registering, planning, and taking in what the plans brought. 5,000 nodes in
 * 20 racks and 4 classes, three constraints. On a busy machine the figures per CPU second are the ones to compare.
 */
const NODES = 5_000;
const SECONDS = Number(process.env['SECONDS'] ?? 3);

type Case = {
  name: string;
  target: number;
  count: number;
  jobs: number;
  type: Job['Type'];
  spreads?: Spread[];
  shapes?: number;
  ports?: number;
};

const CASES: Case[] = [
  { name: 'service jobs of 1,000', target: 100_000, count: 1_000, jobs: 200, type: 'service' },
  { name: 'batch jobs of 1,000', target: 100_000, count: 1_000, jobs: 200, type: 'batch' },
  {
    name: 'service jobs of 1,000 with spread',
    target: 50_000,
    count: 1_000,
    jobs: 200,
    type: 'service',
    spreads: [rackSpread()],
  },
  {
    name: 'service jobs of 1,000 with two dynamic ports',
    target: 0,
    count: 1_000,
    jobs: 200,
    type: 'service',
    ports: 2,
  },
  { name: '10,000 service jobs of 1', target: 20_000, count: 1, jobs: 10_000, type: 'service' },
  {
    name: '10,000 service jobs, each of another size',
    target: 0,
    count: 1,
    jobs: 10_000,
    type: 'service',
    shapes: 10_000,
  },
  {
    name: 'service jobs of 1 with spread',
    target: 10_000,
    count: 1,
    jobs: 10_000,
    type: 'service',
    spreads: [rackSpread()],
  },
];

function rackSpread(): Spread {
  return { Attribute: '${meta.rack}', Weight: 100, SpreadTarget: null };
}

const only = process.argv[2];
for (const each of CASES) if (!only || each.name.includes(only)) run(each);

function run({ name, target, ...spec }: Case): void {
  const scheduler = createScheduler({ newId: randomUUID, random: Math.random, elapsed: () => performance.now() * 1e6 });
  let index = 0;
  const change = (table: string, key: string, value: object): Change => ({
    table,
    key,
    value,
    createIndex: ++index,
    modifyIndex: index,
  });
  scheduler.apply(
    Array.from({ length: NODES }, (_, at) => nodeNumber(at)).map((node) => change('nodes', node.ID, node)),
  );
  let [placed, failed, planning, slowest] = [0, 0, 0, 0];
  const started = performance.now();
  const cpu = process.cpuUsage();
  for (let at = 0; at < spec.jobs && performance.now() - started < SECONDS * 1000; at++) {
    const job = jobNumber(at, spec);
    scheduler.apply([
      change('jobs', jobKey('default', job.ID), job),
      change('jobVersions', jobVersionKey('default', job.ID, 0), job),
    ]);
    const before = performance.now();
    const plan = scheduler.plan(anEval(job, { ID: randomUUID() }), { now: Date.now() * 1e6 });
    const took = performance.now() - before;
    planning += took;
    slowest = Math.max(slowest, took);
    commit(scheduler, plan, change);
    placed += plan.newAllocs.length;
    failed += Object.keys(plan.evalPatch.set.FailedTGAllocs ?? {}).length;
  }
  const total = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  const rate = (ms: number) =>
    Math.round((placed / ms) * 1000)
      .toLocaleString('en')
      .padStart(9);
  const goal = target > 0 ? `  target ${target.toLocaleString('en')}` : '';
  console.log(
    `${name.padEnd(50)} ${rate(total)}/s  (${rate((user + system) / 1000)} per CPU second; planning alone ${rate(planning)}/s, slowest plan ${slowest.toFixed(1)} ms, ${placed} placed, ${failed} failed)${goal}`,
  );
}

function commit(scheduler: Scheduler, plan: Plan, change: (table: string, key: string, value: object) => Change): void {
  const changes = plan.newAllocs.map((row) => change('allocs', row.ID, row));
  if (plan.newDeployment) changes.push(change('deployments', plan.newDeployment.ID, plan.newDeployment));
  scheduler.apply(changes);
  scheduler.settle(plan.id, 'committed');
}

function nodeNumber(at: number): Node {
  const size = 1 + (at % 4);
  return aNode({
    ID: randomUUID(),
    Name: `node-${at}`,
    Datacenter: `dc${1 + (at % 2)}`,
    NodeClass: `class-${at % 4}`,
    ComputedClass: `v1:${at % 20}`,
    Attributes: {
      'kernel.name': 'linux',
      'driver.raw_exec': '1',
      'kernel.version': `5.${at % 4}.0`,
      'cpu.arch': at % 10 === 0 ? 'arm64' : 'amd64',
    },
    Meta: { rack: `r${at % 20}` },
    cpu: 16_000 * size,
    memory: 32_768 * size,
    disk: 1_000_000,
    ip: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
  });
}

function jobNumber(at: number, { count, type, spreads, shapes = 1, ports = 0 }: Omit<Case, 'name' | 'target'>): Job {
  return aJob({
    ID: `job-${at}`,
    Type: type,
    Datacenters: ['dc*'],
    Constraints: [
      { LTarget: '${attr.kernel.name}', Operand: '=', RTarget: 'linux' },
      { LTarget: '${attr.kernel.version}', Operand: 'version', RTarget: '>= 5.1' },
      { LTarget: '${attr.cpu.arch}', Operand: '=', RTarget: 'amd64' },
    ],
    Spreads: spreads ?? null,
    TaskGroups: [
      aGroup({
        Count: count,
        disk: 20,
        Tasks: [aTask({ cpu: 50 + (at % shapes) / 100, memory: 64 })],
        Networks: ports > 0 ? [networkWith(ports)] : null,
      }),
    ],
  });
}

function networkWith(ports: number): NetworkResource {
  const DynamicPorts = Array.from({ length: ports }, (_, at) => ({
    Label: `p${at}`,
    Value: 0,
    To: 0,
    HostNetwork: 'default',
  }));
  return aNetwork({ DynamicPorts });
}
