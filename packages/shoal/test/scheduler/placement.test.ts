import type { Affinity, Spread } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { aGroup, aJob, aNetwork, aNode, aTask } from './support/builders.ts';
import { World } from './support/world.ts';

const count = (values: readonly string[]) => {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
};

describe('where allocations go', () => {
  test('onto the fullest node that has room, or the emptiest, as the operator wants it', () => {
    for (const [algorithm, want] of [
      ['binpack', 'full'],
      ['spread', 'empty'],
    ] as const) {
      const it = new World({ algorithm });
      it.node(aNode({ ID: 'full', Datacenter: 'dc2' }));
      it.evaluate(it.register(aJob({ ID: 'a', Datacenters: ['dc2'], group: { memory: 2000 } })));
      it.node(aNode({ ID: 'full' }));
      it.node(aNode({ ID: 'empty' }));
      expect(it.evaluate(it.register(aJob({ ID: 'b' }))).newAllocs[0]?.NodeID, algorithm).toBe(want);
    }
  });

  test('apart from others of their group, while there are nodes', () => {
    const it = new World();
    for (const ID of ['a', 'b', 'c']) it.node(aNode({ ID }));
    const plan = it.evaluate(it.register(aJob({ group: { Count: 6 } })));
    expect(count(plan.newAllocs.map((row) => row.NodeID))).toEqual({ a: 2, b: 2, c: 2 });
  });

  test.each<{ name: string; affinities: Affinity[]; want: string }>([
    { name: 'to', affinities: [{ LTarget: '${meta.disk}', RTarget: 'ssd', Operand: '=', Weight: 50 }], want: 'ssd' },
    {
      name: 'away from',
      affinities: [{ LTarget: '${meta.disk}', RTarget: 'ssd', Operand: '=', Weight: -50 }],
      want: 'hdd',
    },
  ])('drawn $name what they have an affinity for', ({ affinities, want }) => {
    const it = new World();
    it.node(aNode({ ID: 'ssd', Meta: { disk: 'ssd' } }));
    it.node(aNode({ ID: 'hdd', Meta: { disk: 'hdd' } }));
    expect(it.evaluate(it.register(aJob({ Affinities: affinities }))).newAllocs[0]?.NodeID).toBe(want);
  });

  test.each<{ name: string; spread: Partial<Spread>; want: Record<string, number> }>([
    { name: 'evenly', spread: {}, want: { r1: 4, r2: 4, r3: 4 } },
    {
      name: 'by targets',
      spread: {
        SpreadTarget: [
          { Value: 'r1', Percent: 50 },
          { Value: 'r2', Percent: 25 },
          { Value: 'r3', Percent: 25 },
        ],
      },
      want: { r1: 6, r2: 3, r3: 3 },
    },
    { name: 'all to one', spread: { SpreadTarget: [{ Value: 'r2', Percent: 100 }] }, want: { r2: 12 } },
  ])('spread over racks: $name', ({ spread, want }) => {
    const it = new World();
    for (let at = 0; at < 30; at++)
      it.node(aNode({ ID: `n${at}`, Meta: { rack: `r${at < 20 ? 1 : at < 26 ? 2 : 3}` } }));
    const Spreads = [{ Attribute: '${meta.rack}', Weight: 100, SpreadTarget: null, ...spread }];
    const plan = it.evaluate(it.register(aJob({ Spreads, group: { Count: 12 } })));
    const rack = (id: string) => (Number(id.slice(1)) < 20 ? 'r1' : Number(id.slice(1)) < 26 ? 'r2' : 'r3');
    expect(count(plan.newAllocs.map((row) => rack(row.NodeID)))).toEqual(want);
  });

  test('at most so many for each value of a property', () => {
    const it = new World();
    for (let at = 0; at < 6; at++) it.node(aNode({ ID: `n${at}`, Meta: { rack: `r${at % 2}` } }));
    const Constraints = [{ LTarget: '${meta.rack}', Operand: 'distinct_property', RTarget: '2' }];
    const plan = it.evaluate(it.register(aJob({ Constraints, group: { Count: 6 } })));
    expect(count(plan.newAllocs.map((row) => `r${Number(row.NodeID.slice(1)) % 2}`))).toEqual({ r0: 2, r1: 2 });
  });

  test('back to the node with their data, when the disk is sticky', () => {
    const it = new World();
    it.node(aNode({ ID: 'b', memory: 9000 }));
    const sticky = (Env: Record<string, string>) =>
      aJob({ group: { Tasks: [aTask({ Env })], EphemeralDisk: { SizeMB: 100, Sticky: true, Migrate: false } } });
    it.evaluate(it.register(sticky({ A: '1' })));
    it.node(aNode({ ID: 'a', memory: 500 }));
    expect(it.evaluate(it.register(sticky({ A: '2' }))).newAllocs[0]?.NodeID).toBe('b');
  });
});

describe('ports', () => {
  const port = (Label: string, Value = 0, To = 0, HostNetwork = 'default') => ({ Label, Value, To, HostNetwork });

  test('are filled in, with the address of the node', () => {
    const it = new World();
    it.node(aNode({ ip: '192.0.2.7' }));
    const network = aNetwork({
      ReservedPorts: [port('adm', 18_765)],
      DynamicPorts: [port('http'), port('rpc', 0, 9000), port('same', 0, -1)],
    });
    const [alloc] = it.evaluate(it.register(aJob({ group: { Networks: [network] } }))).newAllocs;
    expect(alloc?.Ports).toEqual([
      { Label: 'adm', Value: 18_765, To: 0, HostIP: '192.0.2.7' },
      { Label: 'http', Value: 20_000, To: 0, HostIP: '192.0.2.7' },
      { Label: 'rpc', Value: 20_001, To: 9000, HostIP: '192.0.2.7' },
      { Label: 'same', Value: 20_002, To: 20_002, HostIP: '192.0.2.7' },
    ]);
    expect(alloc?.Networks?.[0]).toMatchObject({
      IP: '192.0.2.7',
      Mode: 'host',
      ReservedPorts: [port('adm', 18_765)],
      DynamicPorts: [port('http', 20_000), port('rpc', 20_001, 9000), port('same', 20_002, 20_002)],
    });
  });

  test('of a task, old style, are given to the task', () => {
    const it = new World();
    it.node(aNode());
    const task = aTask();
    const Resources = { ...task.Resources, Networks: [aNetwork({ Mode: '', DynamicPorts: [port('db')] })] };
    const [alloc] = it.evaluate(it.register(aJob({ group: { Tasks: [{ ...task, Resources }] } }))).newAllocs;
    expect(alloc?.Ports).toEqual([{ Label: 'db', Value: 20_000, To: 0, HostIP: '10.0.0.1' }]);
    expect(alloc?.TaskNetworks?.['t']).toMatchObject([
      { Device: 'eth0', IP: '10.0.0.1', DynamicPorts: [port('db', 20_000)] },
    ]);
  });

  test('come from the range of the node, without those that it keeps', () => {
    const it = new World();
    const node = aNode();
    it.node({
      ...node,
      NodeResources: { ...node.NodeResources, MinDynamicPort: 30_000, MaxDynamicPort: 30_003 },
      ReservedResources: { ...node.ReservedResources, Networks: { ReservedHostPorts: '30000-30001' } },
    });
    const plan = it.evaluate(
      it.register(aJob({ group: { Count: 3, Networks: [aNetwork({ DynamicPorts: [port('a')] })] } })),
    );
    expect(plan.newAllocs.map((row) => row.Ports?.[0]?.Value)).toEqual([30_002, 30_003]);
  });

  test('may be the same on two addresses of a node', () => {
    const it = new World();
    const node = aNode({ ip: '10.0.0.1' });
    const [network] = node.NodeResources.NodeNetworks!;
    const Addresses = [
      ...network!.Addresses!,
      { Family: 'ipv4', Alias: 'public', Address: '192.0.2.1', ReservedPorts: '', Gateway: '' },
    ];
    it.node({ ...node, NodeResources: { ...node.NodeResources, NodeNetworks: [{ ...network!, Addresses }] } });
    const on = (HostNetwork: string) => aNetwork({ ReservedPorts: [port('http', 80, 0, HostNetwork)] });
    const groups = [aGroup({ Name: 'a', Networks: [on('default')] }), aGroup({ Name: 'b', Networks: [on('public')] })];
    const plan = it.evaluate(it.register(aJob({ TaskGroups: groups })));
    expect(plan.newAllocs.map((row) => row.Ports?.[0]?.HostIP)).toEqual(['10.0.0.1', '192.0.2.1']);
  });

  test('are handed on to the successor on the same node, and free only once', () => {
    const it = new World();
    it.node(aNode());
    const web = (Env: Record<string, string>) =>
      aJob({ group: { Networks: [aNetwork({ ReservedPorts: [port('http', 80)] })], Tasks: [aTask({ Env })] } });
    const [old] = it.evaluate(it.register(web({ A: '1' }))).newAllocs;
    const plan = it.evaluate(it.register(web({ A: '2' })));
    expect(plan.newAllocs[0]).toMatchObject({ PreviousAllocation: old!.ID, Ports: [{ Value: 80 }] });
    it.report(old!.ID, 'complete');
    expect(it.evaluate(it.register({ ...web({}), ID: 'other' })).newAllocs).toEqual([]);
  });
});
