import type { Job } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { aJob, aNode, aTask, SECOND } from './support/builders.ts';
import { World } from './support/world.ts';

function world(): World {
  const it = new World();
  it.node(aNode({ ID: 'node-1' }));
  it.node(aNode({ ID: 'node-2', ip: '10.0.0.2' }));
  return it;
}

const batch = (changes: Parameters<typeof aJob>[0] = {}): Job => aJob({ Type: 'batch', ...changes });

describe('a batch job', () => {
  test('that is done stays done, also when it is registered or evaluated again', () => {
    const it = world();
    const job = it.register(batch({ group: { Count: 2 } }));
    for (const alloc of it.evaluate(job).newAllocs) it.report(alloc.ID, 'complete');
    expect(it.evaluate(job).newAllocs).toEqual([]);
  });

  test('runs again in a newer version', () => {
    const it = world();
    for (const alloc of it.evaluate(it.register(batch())).newAllocs) it.report(alloc.ID, 'complete');
    const plan = it.evaluate(it.register(batch({ group: { Tasks: [aTask({ Env: { A: '1' } })] } })));
    expect(plan.newAllocs).toMatchObject([{ Name: 'job.g[0]', JobVersion: 1 }]);
    expect(plan.newDeployment).toBeUndefined();
  });

  test('is tried again when it failed, on another node', () => {
    const it = world();
    const ReschedulePolicy = {
      Attempts: 1,
      Interval: 86_400 * SECOND,
      Delay: 0,
      DelayFunction: 'constant',
      MaxDelay: 0,
      Unlimited: false,
    } as const;
    const job = it.register(batch({ group: { ReschedulePolicy } }));
    const [first] = it.evaluate(job).newAllocs;
    it.report(first!.ID, 'failed');
    const [second] = it.evaluate(job).newAllocs;
    expect(second).toMatchObject({ PreviousAllocation: first!.ID });
    expect(second!.NodeID).not.toBe(first!.NodeID);
  });

  test('that was done on a node that went down afterwards is not lost', () => {
    const it = world();
    const job = it.register(batch());
    const [alloc] = it.evaluate(job).newAllocs;
    it.report(alloc!.ID, 'complete');
    it.node(aNode({ ID: alloc!.NodeID, Status: 'down' }));
    const plan = it.evaluate(job);
    expect([plan.newAllocs, plan.allocPatches]).toEqual([[], []]);
  });
});
