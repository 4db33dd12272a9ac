import { describe, expect, test } from 'vitest';
import { aGroup, aJob, aNode, anUpdate, aTask, SECOND } from './support/builders.ts';
import { World } from './support/world.ts';

function world(nodes = 3): World {
  const made = new World();
  for (let at = 1; at <= nodes; at++) made.node(aNode({ ID: `node-${at}`, ip: `10.0.0.${at}` }));
  return made;
}

const names = (rows: readonly { Name: string }[]) => rows.map((row) => row.Name).sort();

describe('a service job', () => {
  test('is placed to its count, with names from 0', () => {
    const it = world();
    const job = it.register(aJob({ group: { Count: 3 } }));
    const plan = it.evaluate(job);
    expect(names(plan.newAllocs)).toEqual(['job.g[0]', 'job.g[1]', 'job.g[2]']);
    expect(plan.evalPatch.set).toMatchObject({ Status: 'complete', QueuedAllocations: { g: 0 } });
    expect(plan.desiredUpdates['g']).toMatchObject({ Place: 3, Stop: 0 });
    expect(plan.newEvals).toEqual([]);
    expect(plan.require).toContainEqual({ table: 'jobs', key: 'default/job', modifyIndex: job.ModifyIndex });
  });

  test('needs nothing once it is placed', () => {
    const it = world();
    const job = it.register(aJob({ group: { Count: 3 } }));
    it.evaluate(job);
    const again = it.evaluate(job);
    expect(again.newAllocs).toEqual([]);
    expect(again.allocPatches).toEqual([]);
    expect(again.desiredUpdates['g']).toMatchObject({ Ignore: 3, Place: 0 });
  });

  test('needs nothing while its plan is on the way to the store', () => {
    const it = world();
    const job = it.register(aJob({ group: { Count: 3 } }));
    it.plan(job);
    expect(it.plan(job).newAllocs).toEqual([]);
  });

  test('is placed anew when its plan was rejected', () => {
    const it = world();
    const job = it.register(aJob({ group: { Count: 3 } }));
    it.scheduler.settle(it.plan(job).id, 'rejected');
    expect(it.plan(job).newAllocs).toHaveLength(3);
  });

  test('counts up in place, and down from the highest number', () => {
    const it = world();
    const job = it.register(aJob({ group: { Count: 2 } }));
    it.evaluate(job);
    const up = it.evaluate(it.register(aJob({ group: { Count: 4 } })));
    expect(names(up.newAllocs)).toEqual(['job.g[2]', 'job.g[3]']);
    expect(up.desiredUpdates['g']).toMatchObject({ Place: 2, InPlaceUpdate: 2, Ignore: 0 });
    expect(up.allocPatches.map((patch) => [patch.kind, patch.set.JobVersion])).toEqual([
      ['update', 1],
      ['update', 1],
    ]);
    const down = it.evaluate(it.register(aJob({ group: { Count: 1 } })));
    const stopped = down.allocPatches.filter((patch) => patch.kind === 'stop');
    expect(names(stopped.map((patch) => it.alloc(patch.id)))).toEqual(['job.g[1]', 'job.g[2]', 'job.g[3]']);
    expect(stopped[0]?.set.DesiredDescription).toBe('alloc not needed due to job update');
    expect(down.desiredUpdates['g']).toMatchObject({ Stop: 3, InPlaceUpdate: 1 });
  });

  test.each([
    ['stopped', (it: World) => it.register({ ...aJob({ group: { Count: 2 } }), Stop: true })],
    ['purged', (it: World) => it.purge(aJob())],
    ['without the group', (it: World) => it.register(aJob({ TaskGroups: [aGroup({ Name: 'h' })] }))],
  ])('stops all that runs when it is %s', (_name, change) => {
    const it = world();
    it.evaluate(it.register(aJob({ group: { Count: 2 } })));
    change(it);
    const plan = it.evaluate(aJob());
    const stops = plan.allocPatches.filter((patch) => patch.kind === 'stop');
    expect(stops.map((patch) => patch.set.DesiredDescription)).toEqual([
      'alloc not needed due to job update',
      'alloc not needed due to job update',
    ]);
  });

  test('that was purged and comes again starts over', () => {
    const it = world();
    it.evaluate(it.register(aJob({ group: { Count: 2 } })));
    it.purge(aJob());
    const job = it.register(aJob({ group: { Count: 1 } }));
    const plan = it.evaluate(job);
    expect(plan.allocPatches.filter((patch) => patch.kind === 'stop')).toHaveLength(2);
    expect(plan.newAllocs).toHaveLength(1);
  });

  test('is not evaluated into allocations when it is a template of others', () => {
    const it = world();
    const periodic = { Enabled: true, Spec: '* * * * *', SpecType: 'cron', ProhibitOverlap: false, TimeZone: 'UTC' };
    expect(it.evaluate(it.register(aJob({ Periodic: periodic }))).newAllocs).toEqual([]);
  });
});

describe('replacing changed allocations', () => {
  const changed = (Count: number, update = anUpdate()) =>
    aJob({ group: { Count, Update: update, Tasks: [aTask({ Env: { A: '1' } })] } });

  test('goes max_parallel at a time, lowest number first, as each becomes healthy', () => {
    const it = world();
    const first = it.evaluate(it.register(aJob({ group: { Count: 3, Update: anUpdate() } })));
    expect(first.newAllocs).toHaveLength(3);
    expect(first.newDeployment).toMatchObject({ Status: 'running', TaskGroups: { g: { DesiredTotal: 3 } } });
    it.allHealthy(aJob());
    const done = it.evaluate(it.job('job')!);
    expect(done.deploymentPatches).toEqual([
      {
        id: first.newDeployment!.ID,
        set: { Status: 'successful', StatusDescription: 'Deployment completed successfully' },
      },
    ]);

    const job = it.register(changed(3));
    const replaced: string[] = [];
    for (let step = 0; step < 3; step++) {
      const plan = it.evaluate(job);
      expect(plan.desiredUpdates['g']).toMatchObject({ DestructiveUpdate: 1, Ignore: 2 });
      expect(it.evaluate(job).newAllocs, 'nothing before it is healthy').toEqual([]);
      replaced.push(...names(plan.newAllocs));
      expect(plan.allocPatches[0]).toMatchObject({
        kind: 'stop',
        set: { DesiredDescription: 'alloc is being updated due to job update', NextAllocation: plan.newAllocs[0]!.ID },
      });
      it.report(plan.allocPatches[0]!.id, 'complete');
      it.allHealthy(job);
    }
    expect(replaced).toEqual(['job.g[0]', 'job.g[1]', 'job.g[2]']);
    expect(it.evaluate(job).deploymentPatches[0]?.set.Status).toBe('successful');
    expect(it.running(job).map((row) => row.JobVersion)).toEqual([1, 1, 1]);
  });

  test('halts when one turns out unhealthy', () => {
    const it = world();
    it.evaluate(it.register(aJob({ group: { Count: 3, Update: anUpdate({ MaxParallel: 2 }) } })));
    it.allHealthy(aJob());
    it.evaluate(it.job('job')!);
    const job = it.register(changed(3, anUpdate({ MaxParallel: 2 })));
    const plan = it.evaluate(job);
    expect(plan.newAllocs).toHaveLength(2);
    it.healthy(plan.newAllocs[0]!.ID);
    it.healthy(plan.newAllocs[1]!.ID, false);
    expect(it.evaluate(job).newAllocs).toEqual([]);
  });

  test('is all at once without an update block, and makes no deployment', () => {
    const it = world();
    const plan0 = it.evaluate(it.register(aJob({ group: { Count: 3 } })));
    const plan = it.evaluate(it.register(aJob({ group: { Count: 3, Tasks: [aTask({ User: 'root' })] } })));
    expect(plan0.newDeployment).toBeUndefined();
    expect(plan.desiredUpdates['g']).toMatchObject({ DestructiveUpdate: 3 });
    expect(plan.newAllocs.map((row) => row.PreviousAllocation).sort()).toEqual(
      plan0.newAllocs.map((row) => row.ID).sort(),
    );
  });

  test('finds room where its predecessor is, on a full node', () => {
    const it = new World();
    it.node(aNode({ ID: 'n', memory: 300 }));
    it.evaluate(it.register(aJob({ group: { Count: 2, memory: 150 } })));
    const job = it.register(aJob({ group: { Count: 2, Tasks: [aTask({ memory: 150, Env: { A: '1' } })] } }));
    expect(it.evaluate(job).newAllocs).toHaveLength(2);
    expect(it.evaluate(job).desiredUpdates['g']).toMatchObject({ Ignore: 2 });
  });

  test('leaves the old one running while there is no room for the new one', () => {
    const it = new World();
    it.node(aNode({ ID: 'n', memory: 300 }));
    it.evaluate(it.register(aJob({ group: { memory: 150 } })));
    const plan = it.evaluate(it.register(aJob({ group: { memory: 5000 } })));
    expect(plan.allocPatches).toEqual([]);
    expect(plan.evalPatch.set.FailedTGAllocs?.['g']?.DimensionExhausted).toEqual({ memory: 1 });
    expect(plan.evalPatch.set.QueuedAllocations).toEqual({ g: 1 });
  });

  test('a newer version cancels the deployment of the older', () => {
    const it = world();
    const first = it.evaluate(it.register(aJob({ group: { Update: anUpdate() } })));
    const plan = it.evaluate(it.register(changed(1)));
    expect(plan.deploymentPatches).toEqual([
      {
        id: first.newDeployment!.ID,
        set: { Status: 'cancelled', StatusDescription: 'Cancelled due to newer version of job' },
      },
    ]);
    expect(plan.newDeployment).toMatchObject({ JobVersion: 1 });
    expect(plan.evalPatch.set.DeploymentID).toBe(plan.newDeployment!.ID);
    expect(plan.newAllocs[0]?.DeploymentID).toBe(plan.newDeployment!.ID);
  });

  test('a deployment that is paused or failed replaces nothing', () => {
    for (const Status of ['paused', 'failed'] as const) {
      const it = world();
      it.evaluate(it.register(aJob({ group: { Count: 2, Update: anUpdate() } })));
      it.allHealthy(aJob());
      it.evaluate(it.job('job')!);
      const job = it.register(changed(2));
      const plan = it.evaluate(job);
      it.allHealthy(job);
      it.put('deployments', plan.newDeployment!.ID, { ...it.deployment(plan.newDeployment!.ID), Status });
      expect(it.evaluate(job).newAllocs, Status).toEqual([]);
    }
  });

  test('canaries come first, and the rest after they were promoted', () => {
    const it = world();
    it.evaluate(it.register(aJob({ group: { Count: 2, Update: anUpdate({ Canary: 1 }) } })));
    it.allHealthy(aJob());
    it.evaluate(it.job('job')!);
    const job = it.register(changed(2, anUpdate({ Canary: 1 })));
    const canary = it.evaluate(job);
    expect(canary.newAllocs).toMatchObject([{ Name: 'job.g[0]', Canary: true }]);
    expect(canary.allocPatches).toEqual([]);
    expect(canary.desiredUpdates['g']).toMatchObject({ Canary: 1, Ignore: 2, Place: 0 });
    expect(canary.newDeployment).toMatchObject({
      StatusDescription: 'Deployment is running but requires manual promotion',
      TaskGroups: { g: { DesiredCanaries: 1, DesiredTotal: 2 } },
    });
    it.allHealthy(job);
    expect(it.evaluate(job).newAllocs).toEqual([]);

    const row = it.deployment(canary.newDeployment!.ID);
    it.put('deployments', row.ID, { ...row, TaskGroups: { g: { ...row.TaskGroups['g'], Promoted: true } } });
    const promoted = it.evaluate(job);
    expect(
      promoted.allocPatches.map((patch) => [it.alloc(patch.id).Name, patch.set.DesiredDescription]).sort(),
    ).toEqual([
      ['job.g[0]', 'alloc not needed due to job update'],
      ['job.g[1]', 'alloc is being updated due to job update'],
    ]);
    it.allHealthy(job);
    expect(it.evaluate(job).deploymentPatches[0]?.set.Status).toBe('successful');
    expect(names(it.running(job))).toEqual(['job.g[0]', 'job.g[1]']);
  });
});

describe('failures', () => {
  const policy = {
    Attempts: 1,
    Interval: 3600 * SECOND,
    Delay: 5 * SECOND,
    DelayFunction: 'constant',
    MaxDelay: 0,
    Unlimited: false,
  } as const;

  test('are replaced after the delay, by a follow-up evaluation, as often as the policy allows', () => {
    const it = world();
    const job = it.register(aJob({ group: { ReschedulePolicy: policy } }));
    const [first] = it.evaluate(job).newAllocs;
    it.report(first!.ID, 'failed');
    const noticed = it.evaluate(job, { TriggeredBy: 'alloc-failure' });
    const [followUp] = noticed.newEvals;
    expect(noticed.newAllocs).toEqual([]);
    expect(followUp).toMatchObject({
      Status: 'pending',
      TriggeredBy: 'alloc-failure',
      PreviousEval: noticed.evalId,
      WaitUntil: new Date(it.now / 1e6 + 5000).toISOString(),
      StatusDescription: 'created for delayed rescheduling',
    });
    expect(noticed.allocPatches).toMatchObject([
      { id: first!.ID, kind: 'follow-up', set: { FollowupEvalID: followUp!.ID } },
    ]);
    expect(it.evaluate(job).newEvals, 'it is planned already').toEqual([]);

    it.now += 5 * SECOND;
    const due = it.evaluate(job, followUp);
    expect(due.newAllocs).toMatchObject([
      {
        Name: 'job.g[0]',
        PreviousAllocation: first!.ID,
        RescheduleTracker: {
          Events: [{ RescheduleTime: it.now, PrevAllocID: first!.ID, PrevNodeID: first!.NodeID, Delay: 5 * SECOND }],
        },
      },
    ]);
    expect(due.newAllocs[0]?.NodeID, 'another node').not.toBe(first!.NodeID);
    expect(due.allocPatches).toMatchObject([
      { id: first!.ID, set: { DesiredStatus: 'stop', DesiredDescription: 'alloc was rescheduled because it failed' } },
    ]);

    it.report(due.newAllocs[0]!.ID, 'failed');
    const last = it.evaluate(job, { TriggeredBy: 'alloc-failure' });
    expect([last.newAllocs, last.newEvals, last.allocPatches]).toEqual([[], [], []]);
    expect(it.alloc(due.newAllocs[0]!.ID).DesiredStatus).toBe('run');
  });

  test('that fall due together share a follow-up', () => {
    const it = world();
    const job = it.register(aJob({ group: { Count: 3, ReschedulePolicy: policy } }));
    const { newAllocs } = it.evaluate(job);
    for (const alloc of newAllocs) {
      it.report(alloc.ID, 'failed');
      it.now += SECOND;
    }
    expect(it.evaluate(job).newEvals).toHaveLength(1);
  });

  test('without a policy stay as they are', () => {
    const it = world();
    const job = it.register(aJob());
    it.report(it.evaluate(job).newAllocs[0]!.ID, 'failed');
    const plan = it.evaluate(job);
    expect([plan.newAllocs, plan.newEvals]).toEqual([[], []]);
  });

  test('asked for by the user are replaced at once', () => {
    const it = world();
    const job = it.register(aJob());
    const [alloc] = it.evaluate(job).newAllocs;
    it.report(alloc!.ID, 'failed');
    it.put('allocs', alloc!.ID, {
      ...it.alloc(alloc!.ID),
      DesiredTransition: { Migrate: null, Reschedule: null, ForceReschedule: true },
    });
    expect(it.evaluate(job).newAllocs).toHaveLength(1);
  });
});

describe('nodes that go', () => {
  test('down lose their allocations, which are replaced elsewhere', () => {
    const it = world(2);
    const job = it.register(
      aJob({ group: { Count: 2, Constraints: [{ LTarget: '', RTarget: '', Operand: 'distinct_hosts' }] } }),
    );
    it.evaluate(job);
    it.node(aNode({ ID: 'node-3', ip: '10.0.0.3' }));
    it.node(aNode({ ID: 'node-1', Status: 'down' }));
    const plan = it.evaluate(job);
    expect(plan.allocPatches).toMatchObject([
      {
        set: {
          DesiredStatus: 'stop',
          ClientStatus: 'lost',
          DesiredDescription: 'alloc is lost since its node is down',
        },
      },
    ]);
    expect(plan.newAllocs.map((row) => row.NodeID)).toEqual(['node-3']);
    expect(plan.newAllocs[0]?.PreviousAllocation).toBe(plan.allocPatches[0]?.id);
    expect(plan.allocPatches[0]?.set.NextAllocation).toBe(plan.newAllocs[0]?.ID);
  });

  test('is drained: it gets nothing more, and what it has waits to be asked to move', () => {
    const it = new World();
    it.node(aNode({ ID: 'node-1' }));
    const job = it.register(aJob());
    const [alloc] = it.evaluate(job).newAllocs;
    it.node(aNode({ ID: 'node-2' }));
    const DrainStrategy = { Deadline: 0, IgnoreSystemJobs: false, ForceDeadline: '', StartedAt: '' };
    it.node(aNode({ ID: 'node-1', DrainStrategy }));
    expect(it.evaluate(job).allocPatches).toEqual([]);

    const DesiredTransition = { Migrate: true, Reschedule: null, ForceReschedule: null };
    it.put('allocs', alloc!.ID, { ...it.alloc(alloc!.ID), DesiredTransition });
    const plan = it.evaluate(job);
    expect(plan.allocPatches).toMatchObject([
      { id: alloc!.ID, set: { DesiredDescription: 'alloc is being migrated' } },
    ]);
    expect(plan.newAllocs).toMatchObject([{ NodeID: 'node-2', Name: 'job.g[0]' }]);
    expect(plan.desiredUpdates['g']).toMatchObject({ Migrate: 1, Place: 0 });
  });

  test('a single allocation that is asked to move does', () => {
    const it = world(2);
    const job = it.register(aJob({ group: { Count: 2 } }));
    const [alloc] = it.evaluate(job).newAllocs;
    it.put('allocs', alloc!.ID, {
      ...it.alloc(alloc!.ID),
      DesiredTransition: { Migrate: true, Reschedule: null, ForceReschedule: null },
    });
    const plan = it.evaluate(job);
    expect(plan.newAllocs).toMatchObject([{ PreviousAllocation: alloc!.ID, Name: alloc!.Name }]);
    expect(it.alloc(alloc!.ID).DesiredDescription).toBe('alloc is being migrated');
  });

  test('ineligible keep what they have, and get nothing', () => {
    const it = world(1);
    const job = it.register(aJob());
    it.evaluate(job);
    it.node(aNode({ ID: 'node-1', SchedulingEligibility: 'ineligible' }));
    const plan = it.evaluate(it.register(aJob({ group: { Count: 2 } })));
    expect(plan.desiredUpdates['g']).toMatchObject({ InPlaceUpdate: 1, Place: 1 });
    expect(plan.newAllocs).toEqual([]);
    expect(plan.evalPatch.set.FailedTGAllocs?.['g']).toMatchObject({ NodesEvaluated: 0, NodesAvailable: { dc1: 0 } });
  });
});

describe('what finds no room', () => {
  test('waits in a blocked evaluation, and is placed from it', () => {
    const it = new World();
    const job = it.register(aJob({ group: { Count: 3, memory: 400 } }));
    it.node(aNode({ ID: 'n1', memory: 1000 }));
    const plan = it.evaluate(job);
    expect(plan.newAllocs).toHaveLength(2);
    expect(plan.evalPatch.set.FailedTGAllocs?.['g']).toMatchObject({
      NodesExhausted: 1,
      DimensionExhausted: { memory: 1 },
      CoalescedFailures: 0,
    });
    const [blocked] = plan.newEvals;
    expect(blocked).toMatchObject({
      Status: 'blocked',
      StatusDescription: 'created to place remaining allocations',
      TriggeredBy: 'queued-allocs',
      PreviousEval: plan.evalId,
      ClassEligibility: { 'v1:1': true },
    });
    expect(plan.evalPatch.set.BlockedEval).toBe(blocked!.ID);

    const still = it.evaluate(job, blocked);
    expect(still.evalPatch.set).toMatchObject({ Status: 'blocked', QueuedAllocations: { g: 1 } });
    expect(still.newEvals).toEqual([]);
    it.node(aNode({ ID: 'n2' }));
    expect(it.evaluate(job, blocked).evalPatch.set).toMatchObject({ Status: 'complete', QueuedAllocations: { g: 0 } });
    expect(it.running(job)).toHaveLength(3);
  });

  test('an allocation that is to stop holds its place until it ended', () => {
    const it = new World();
    it.node(aNode({ ID: 'n1', memory: 1000 }));
    const first = it.register(aJob({ ID: 'a', group: { memory: 600 } }));
    const [alloc] = it.evaluate(first).newAllocs;
    it.evaluate(it.register({ ...first, Stop: true }));
    const second = it.register(aJob({ ID: 'b', group: { memory: 600 } }));
    expect(it.evaluate(second).newAllocs).toEqual([]);
    it.report(alloc!.ID, 'complete');
    expect(it.evaluate(second).newAllocs).toHaveLength(1);
  });
});

test('a dry run says what would be, and leaves nothing', () => {
  const it = world(1);
  it.evaluate(it.register(aJob({ group: { Count: 2 } })));
  const stored = it.job('job')!;
  const dry = { ...aJob({ group: { Count: 4, memory: 64 } }), Version: 1, CreateIndex: stored.CreateIndex };
  const plan = it.scheduler.plan(
    {
      ...it.plan(stored).newEvals[0]!,
      ...{
        ID: 'dry',
        Namespace: 'default',
        JobID: 'job',
        Priority: 50,
        Type: 'service',
        TriggeredBy: 'job-register',
        Status: 'pending',
        CreateIndex: 0,
        ModifyIndex: 0,
        CreateTime: 0,
        ModifyTime: 0,
      },
    },
    { now: it.now, dryRun: { job: dry } },
  );
  expect(plan.id).toBe('');
  expect(plan.desiredUpdates['g']).toMatchObject({ Place: 2, DestructiveUpdate: 2 });
  expect(it.evaluate(stored).desiredUpdates['g']).toMatchObject({ Ignore: 2, Place: 0 });
});
