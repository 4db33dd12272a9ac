import type { AllocMetric, Constraint, NodeScoreMeta } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { aJob, aNetwork, aNode, aTask } from './support/builders.ts';
import { World } from './support/world.ts';

/** What decisions say, in the words of the peer's recordings. */

const NOTHING: AllocMetric = {
  NodesEvaluated: 1,
  NodesFiltered: 0,
  NodesAvailable: { dc1: 1 },
  ClassFiltered: null,
  ConstraintFiltered: null,
  NodesExhausted: 0,
  ClassExhausted: null,
  DimensionExhausted: null,
  QuotaExhausted: null,
  Scores: null,
  ScoreMetaData: null,
  AllocationTime: 0,
  CoalescedFailures: 0,
};

function failure(job: Parameters<typeof aJob>[0], ...nodes: Parameters<typeof aNode>[0][]): AllocMetric | undefined {
  const it = new World();
  for (const [at, node] of (nodes.length > 0 ? nodes : [{}]).entries()) it.node(aNode({ ID: `n${at}`, ...node }));
  return it.evaluate(it.register(aJob(job))).evalPatch.set.FailedTGAllocs?.['g'];
}

const constraint = (LTarget: string, Operand = '=', RTarget = ''): Constraint => ({ LTarget, Operand, RTarget });
const staticPort = (Value: number) => [
  aNetwork({ ReservedPorts: [{ Label: 'adm', Value, To: 0, HostNetwork: 'default' }] }),
];
const dynamicPorts = (count: number) =>
  aNetwork({
    DynamicPorts: Array.from({ length: count }, (_, n) => ({
      Label: `p${n}`,
      Value: 0,
      To: 0,
      HostNetwork: 'default',
    })),
  });

describe('a placement that fails says why', () => {
  test.each([
    {
      name: 'memory',
      job: { group: { memory: 99_999_999 } },
      want: { NodesExhausted: 1, DimensionExhausted: { memory: 1 } },
    },
    { name: 'cpu', job: { group: { cpu: 99_999_999 } }, want: { NodesExhausted: 1, DimensionExhausted: { cpu: 1 } } },
    {
      name: 'disk',
      job: { group: { disk: 2_000_000_000 } },
      want: { NodesExhausted: 1, DimensionExhausted: { disk: 1 } },
    },
    {
      name: 'a constraint',
      job: { Constraints: [constraint('${attr.kernel.name}', '=', 'beos')] },
      want: { NodesFiltered: 1, ConstraintFiltered: { '${attr.kernel.name} = beos': 1 } },
    },
    {
      name: 'a constraint of a task',
      job: { group: { Tasks: [aTask({ Constraints: [constraint('${attr.no.such}', 'is_set')] })] } },
      want: { NodesFiltered: 1, ConstraintFiltered: { '${attr.no.such} is_set ': 1 } },
    },
    {
      name: 'a driver that no node has',
      job: { group: { Tasks: [aTask({ Driver: 'podman' })] } },
      want: { NodesFiltered: 1, ConstraintFiltered: { 'missing drivers': 1 } },
    },
    {
      name: 'a host volume',
      job: {
        group: {
          Volumes: { data: { Name: 'data', Type: 'host', Source: 'data', ReadOnly: false, MountOptions: null } },
        },
      },
      want: { NodesFiltered: 1, ConstraintFiltered: { 'missing compatible host volumes': 1 } },
    },
    {
      name: 'a bridge',
      job: { group: { Networks: [aNetwork({ Mode: 'bridge' })] } },
      want: { NodesFiltered: 1, ConstraintFiltered: { '${attr.plugins.cni.version.bridge} semver >= 0.4.0': 1 } },
    },
    {
      name: 'a network that an operator describes',
      job: { group: { Networks: [aNetwork({ Mode: 'cni/mynet' })] } },
      want: { NodesFiltered: 1, ConstraintFiltered: { 'missing network': 1 } },
    },
    {
      name: 'a datacenter that is not there',
      job: { Datacenters: ['mars'] },
      want: { NodesEvaluated: 0, NodesAvailable: { mars: 0 } },
    },
    {
      name: 'dynamic ports',
      job: { group: { Networks: [dynamicPorts(20_000)] } },
      want: { NodesExhausted: 1, DimensionExhausted: { 'network: dynamic port selection failed': 1 } },
    },
  ])('$name', ({ job, want }) => {
    expect(failure(job)).toEqual({ ...NOTHING, ...want });
  });

  test('by class of nodes, where they have one', () => {
    const filtered = { Constraints: [constraint('${attr.kernel.name}', '=', 'beos')] };
    expect(failure(filtered, { NodeClass: 'large' }, { NodeClass: 'large' }, {})).toMatchObject({
      NodesFiltered: 3,
      ClassFiltered: { large: 2 },
    });
    expect(failure({ group: { memory: 99_999_999 } }, { NodeClass: 'large' })).toMatchObject({
      ClassExhausted: { large: 1 },
    });
  });

  test('how many more it stands for', () => {
    expect(failure({ group: { Count: 5, memory: 99_999_999 } })).toMatchObject({ CoalescedFailures: 4 });
  });

  test('a static port that is taken', () => {
    const it = new World();
    it.node(aNode());
    it.evaluate(it.register(aJob({ ID: 'a', group: { Networks: staticPort(18_765) } })));
    const plan = it.evaluate(it.register(aJob({ ID: 'b', group: { Networks: staticPort(18_765) } })));
    expect(plan.evalPatch.set.FailedTGAllocs?.['g']).toEqual({
      ...NOTHING,
      NodesExhausted: 1,
      DimensionExhausted: { 'network: reserved port collision adm=18765': 1 },
    });
  });

  test('a port that the node keeps for itself', () => {
    const it = new World();
    const node = aNode();
    it.node({
      ...node,
      ReservedResources: { ...node.ReservedResources, Networks: { ReservedHostPorts: '22,8000-8010' } },
    });
    const plan = it.evaluate(it.register(aJob({ group: { Networks: staticPort(8005) } })));
    expect(plan.evalPatch.set.FailedTGAllocs?.['g']?.DimensionExhausted).toEqual({
      'network: reserved port collision adm=8005': 1,
    });
  });

  test.each([
    { name: 'distinct_hosts', given: constraint('', 'distinct_hosts'), want: { distinct_hosts: 1 } },
    {
      name: 'distinct_property',
      given: constraint('${node.datacenter}', 'distinct_property', '2'),
      want: { 'distinct_property: ${node.datacenter}=dc1 used by 2 allocs': 1 },
    },
    {
      name: 'distinct_property of nothing',
      given: constraint('${meta.rack}', 'distinct_property'),
      want: { 'missing property "${meta.rack}"': 1 },
    },
  ])('$name', ({ given, want }) => {
    const it = new World();
    it.node(aNode());
    const plan = it.evaluate(it.register(aJob({ group: { Count: 3, Constraints: [given] } })));
    expect(plan.evalPatch.set.FailedTGAllocs?.['g']).toMatchObject({
      NodesFiltered: 1,
      NodesExhausted: 0,
      ConstraintFiltered: want,
    });
  });
});

describe('a placement says how good it was', () => {
  function scores(job: Parameters<typeof aJob>[0]): NodeScoreMeta[][] {
    const it = new World();
    it.node(aNode({ cpu: 1000, memory: 1000 }));
    const plan = it.evaluate(it.register(aJob(job)));
    return plan.newAllocs.map((row) => row.Metrics?.ScoreMetaData ?? []);
  }

  test('all scorers are told; those without an opinion do not count', () => {
    const [first, second] = scores({ group: { Count: 2, cpu: 500, memory: 500 } });
    const binpack = (20 - 2 * 10 ** 0.5) / 18;
    expect(first).toEqual([
      {
        NodeID: 'node-1',
        Scores: { binpack, 'job-anti-affinity': 0, 'node-affinity': 0, 'node-reschedule-penalty': 0 },
        NormScore: binpack,
      },
    ]);
    expect(second?.[0]?.Scores).toMatchObject({ binpack: 1, 'job-anti-affinity': -1 });
    expect(second?.[0]?.NormScore).toBe(0);
  });

  test('affinity and spread show up', () => {
    const [first, second] = scores({
      Affinities: [{ LTarget: '${node.datacenter}', RTarget: 'dc1', Operand: '=', Weight: 50 }],
      Spreads: [{ Attribute: '${node.datacenter}', Weight: 100, SpreadTarget: [{ Value: 'dc1', Percent: 100 }] }],
      group: { Count: 2 },
    });
    expect(first?.[0]?.Scores).toMatchObject({ 'node-affinity': 1, 'allocation-spread': 0.5 });
    expect(second?.[0]?.Scores).not.toHaveProperty('allocation-spread');
  });

  test('the five best nodes are told, the chosen one first', () => {
    const it = new World();
    for (let at = 0; at < 8; at++) it.node(aNode({ ID: `n${at}`, memory: 4000 + at * 1000 }));
    const [alloc] = it.evaluate(it.register(aJob())).newAllocs;
    const told = alloc?.Metrics?.ScoreMetaData ?? [];
    expect(told.map((each) => each.NodeID)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
    expect(alloc?.NodeID).toBe('n0');
  });
});
