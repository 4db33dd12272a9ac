import type { Job } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { aJob, aNode, anUpdate, aTask, SECOND } from './support/builders.ts';
import { World } from './support/world.ts';

function world(): World {
  const it = new World();
  it.node(aNode({ ID: 'n1' }));
  it.node(aNode({ ID: 'n2', ip: '10.0.0.2' }));
  it.node(aNode({ ID: 'other', Datacenter: 'dc2', ip: '10.0.0.3' }));
  return it;
}

const system = (changes: Parameters<typeof aJob>[0] = {}): Job => aJob({ Type: 'system', ...changes });

describe('a system job', () => {
  test('is on every node of its datacenters, under the same name', () => {
    const it = world();
    const plan = it.evaluate(it.register(system()));
    expect(plan.newAllocs.map((row) => [row.NodeID, row.Name]).sort()).toEqual([
      ['n1', 'job.g[0]'],
      ['n2', 'job.g[0]'],
    ]);
    expect(plan.newAllocs[0]?.Metrics).toMatchObject({ NodesEvaluated: 1, NodesAvailable: { dc1: 2 } });
    expect(plan.evalPatch.set.QueuedAllocations).toEqual({ g: 0 });
  });

  test('comes to nodes that join', () => {
    const it = world();
    const job = it.register(system());
    it.evaluate(job);
    it.node(aNode({ ID: 'n3', ip: '10.0.0.4' }));
    expect(it.evaluate(job).newAllocs.map((row) => row.NodeID)).toEqual(['n3']);
  });

  test('is not a failure on nodes that its constraints exclude, nor in an empty datacenter', () => {
    const it = world();
    const Constraints = [{ LTarget: '${node.unique.id}', RTarget: 'n1', Operand: '=' }];
    const plan = it.evaluate(it.register(system({ Constraints })));
    expect(plan.newAllocs).toHaveLength(1);
    expect(plan.newEvals).toEqual([]);
    expect(plan.desiredUpdates['g']).toMatchObject({ Place: 1 });
    expect(it.evaluate(it.register(system({ ID: 'mars', Datacenters: ['mars'] }))).newEvals).toEqual([]);
  });

  test('waits for room on nodes that are full', () => {
    const it = world();
    it.node(aNode({ ID: 'n2', memory: 64, ip: '10.0.0.2' }));
    const plan = it.evaluate(it.register(system()));
    expect(plan.newAllocs.map((row) => row.NodeID)).toEqual(['n1']);
    expect(plan.evalPatch.set).toMatchObject({
      QueuedAllocations: { g: 1 },
      FailedTGAllocs: { g: { NodesExhausted: 1, DimensionExhausted: { memory: 1 } } },
    });
    expect(plan.newEvals).toMatchObject([{ Status: 'blocked' }]);
  });

  test('is replaced on its node when it changed', () => {
    const it = world();
    const before = it.evaluate(it.register(system()));
    const plan = it.evaluate(it.register(system({ group: { Tasks: [aTask({ Env: { A: '1' } })] } })));
    const where = (rows: readonly { ID: string; NodeID: string }[]) =>
      Object.fromEntries(rows.map((row) => [row.NodeID, row.ID]));
    expect(Object.fromEntries(plan.newAllocs.map((row) => [row.NodeID, row.PreviousAllocation]))).toEqual(
      where(before.newAllocs),
    );
    expect(plan.allocPatches[0]?.set.DesiredDescription).toBe('alloc is being updated due to job update');
  });

  test('goes on in steps when it is told to', () => {
    const it = world();
    it.evaluate(it.register(system()));
    const Update = anUpdate({ MaxParallel: 1, Stagger: 10 * SECOND });
    const job = it.register(system({ Update, group: { Tasks: [aTask({ Env: { A: '1' } })] } }));
    const plan = it.evaluate(job);
    expect(plan.newAllocs).toHaveLength(1);
    expect(plan.newEvals).toMatchObject([
      { TriggeredBy: 'rolling-update', WaitUntil: new Date(it.now / 1e6 + 10_000).toISOString() },
    ]);
    expect(plan.evalPatch.set.NextEval).toBe(plan.newEvals[0]?.ID);
    expect(it.evaluate(job).newAllocs).toHaveLength(1);
    expect(it.evaluate(job).newEvals).toEqual([]);
  });

  test.each([
    { name: 'down', node: { Status: 'down' } as const, want: 'alloc is lost since its node is down' },
    {
      name: 'drained',
      node: { DrainStrategy: { Deadline: 0, IgnoreSystemJobs: false, ForceDeadline: '', StartedAt: '' } },
      want: undefined,
    },
    { name: 'ineligible', node: { SchedulingEligibility: 'ineligible' } as const, want: undefined },
  ])('on a node that is $name', ({ node, want }) => {
    const it = world();
    const job = it.register(system());
    it.evaluate(job);
    it.node(aNode({ ID: 'n1', ...node }));
    const plan = it.evaluate(job);
    expect(plan.newAllocs).toEqual([]);
    expect(plan.allocPatches.map((patch) => patch.set.DesiredDescription)).toEqual(want ? [want] : []);
  });

  test('an allocation that a drain asks to leave does', () => {
    const it = world();
    const job = it.register(system());
    const [alloc] = it.evaluate(job).newAllocs;
    const DrainStrategy = { Deadline: 0, IgnoreSystemJobs: false, ForceDeadline: '', StartedAt: '' };
    it.node(aNode({ ID: alloc!.NodeID, DrainStrategy }));
    const DesiredTransition = { Migrate: true, Reschedule: null, ForceReschedule: null };
    it.put('allocs', alloc!.ID, { ...it.alloc(alloc!.ID), DesiredTransition });
    const plan = it.evaluate(job);
    expect(plan.newAllocs).toEqual([]);
    expect(plan.allocPatches.map(({ set }) => set.DesiredDescription)).toEqual(['alloc not needed as node is tainted']);
  });

  test('a sysbatch job is not run again where it is done', () => {
    const it = world();
    const job = it.register(system({ Type: 'sysbatch' }));
    const { newAllocs } = it.evaluate(job);
    for (const alloc of newAllocs) it.report(alloc.ID, 'complete');
    expect(it.evaluate(job).newAllocs).toEqual([]);
  });
});
