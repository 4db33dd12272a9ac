import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const POLICY = { Attempts: 2, Interval: 3600e9, Delay: 5e9, DelayFunction: 'constant', MaxDelay: 0, Unlimited: false };

function failures(cluster: Cluster): number {
  return cluster.allocs().filter((row) => cluster.statusOf(row) === 'failed').length;
}

describe('an allocation that failed', () => {
  test('is replaced as often as its policy says, and then no more', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.endedAgoMs = 10_000;
    cluster.react = () => ({ status: 'failed' });
    await cluster.register(aService({ Type: 'batch' }, { ReschedulePolicy: POLICY }));
    await until('it failed three times', () => failures(cluster) === 3);
    await cluster.settled();
    expect(cluster.allocs()).toHaveLength(3);
    expect(cluster.allocs().map(({ RescheduleTracker }) => RescheduleTracker?.Events.length ?? 0)).toEqual([0, 1, 2]);
    expect(cluster.state.summaries.get('default', 'j')?.status).toBe('dead');
  });

  test('waits for its time in an evaluation of its own', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'failed' });
    await cluster.register(aService({ Type: 'batch' }, { ReschedulePolicy: POLICY }));
    const waiting = await until('an evaluation waits', () =>
      [...cluster.state.tables.evals.values()].find(({ WaitUntil }) => WaitUntil),
    );
    expect(waiting).toMatchObject({ Status: 'pending', TriggeredBy: 'alloc-failure' });
    expect(cluster.allocs()).toMatchObject([{ FollowupEvalID: waiting.ID }]);
  });

  test('has no evaluation made when nothing may replace it', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'failed' });
    await cluster.register(aService({ Type: 'batch' }, { ReschedulePolicy: { ...POLICY, Attempts: 0 } }));
    await until('it failed', () => cluster.allocs().some((row) => cluster.statusOf(row) === 'failed'));
    await cluster.settled();
    expect([...cluster.state.tables.evals.values()].map(({ TriggeredBy }) => TriggeredBy)).toEqual(['job-register']);
  });

  test('of a batch job is tried again; one that completed is done', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.endedAgoMs = 10_000;
    let toFail = 1;
    cluster.react = () => ({ status: toFail-- > 0 ? 'failed' : 'complete' });
    await cluster.register(aService({ Type: 'batch' }, { Count: 2, ReschedulePolicy: POLICY }));
    const complete = () => cluster.allocs().filter((row) => cluster.statusOf(row) === 'complete').length;
    await until('both parts are done', () => complete() === 2);
    await cluster.settled();
    expect(cluster.allocs()).toHaveLength(3);
    expect(cluster.state.summaries.get('default', 'j')?.status).toBe('dead');
  });
});

describe('an allocation that a user stops', () => {
  test('is replaced', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aService());
    const first = await until('it runs', () => cluster.live()[0]);
    await cluster.server.allocations.stop(first.ID);
    const next = await until('another runs', () => cluster.live().find(({ ID }) => ID !== first.ID));
    expect(next.PreviousAllocation).toBe(first.ID);
    await until('the first ended', () => cluster.statusOf(first) === 'complete');
  });

  test('must exist', async () => {
    const cluster = await aCluster();
    await expect(cluster.server.allocations.stop('nobody')).rejects.toThrow('alloc not found');
  });
});

describe('reports', () => {
  test('of another node’s allocations, and of unknown ones, are passed over', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aService());
    const alloc = await until('it runs', () => cluster.live()[0]);
    await until('its client says so', () => cluster.statusOf(alloc) === 'running');
    const lie = {
      id: alloc.ID,
      clientStatus: 'failed',
      clientDescription: '',
      taskStates: {},
      deploymentHealthy: null,
      networkStatus: null,
    } as const;
    await cluster.server.requests.updateAllocations('n2', [lie, { ...lie, id: 'nobody' }]);
    expect(cluster.statusOf(alloc)).toBe('running');
  });
});
