import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const HOUR_NS = 3_600e9;
const calm = { deadlineNanos: HOUR_NS, ignoreSystemJobs: false };

function on(cluster: Cluster, node: string, job = 'j') {
  return cluster.live(job).filter(({ NodeID }) => NodeID === node);
}

function node({ state }: Cluster, id: string) {
  return state.tables.nodes.get(id);
}

/** Three on `n1`, and another node with room for them. */
async function aFullNode(group: Record<string, unknown> = {}): Promise<Cluster> {
  const cluster = await aCluster();
  await cluster.node('n1');
  await cluster.register(aService({}, { Count: 3, ...group }));
  await until('all are healthy', () => cluster.state.tables.deployments.countBy('status', 'successful') === 1);
  await cluster.node('n2');
  await cluster.settled();
  return cluster;
}

describe('a drain', () => {
  test('moves a service, of each group max_parallel at once, the next after one is healthy', async () => {
    const cluster = await aFullNode({ Migrate: { MaxParallel: 1, MinHealthyTime: 0, HealthyDeadline: 60e9 } });
    let most = 0;
    const toLeave = () =>
      cluster.allocs().filter((row) => row.DesiredTransition?.Migrate && on(cluster, 'n1').includes(row));
    cluster.state.follow(() => {
      most = Math.max(most, toLeave().length);
    });
    cluster.react = () => ({ status: 'running' });
    await cluster.server.nodes.drain('n1', calm, false);
    for (let moved = 1; moved <= 3; moved += 1) {
      const fresh = await until('one has moved', () => on(cluster, 'n2').find((row) => !isHealthy(cluster, row.ID)));
      await until('it runs', () => cluster.statusOf(fresh) === 'running');
      await cluster.settled();
      expect(on(cluster, 'n1')).toHaveLength(3 - moved);
      await cluster.report(fresh, 'running', true);
    }
    await until('the drain is over', () => node(cluster, 'n1')?.DrainStrategy === null);
    expect(most).toBeLessThanOrEqual(1);
    expect(node(cluster, 'n1')).toMatchObject({ Drain: false, SchedulingEligibility: 'ineligible' });
    expect(
      node(cluster, 'n1')
        ?.Events.slice(-2)
        .map(({ Message }) => Message),
    ).toEqual(['Node drain strategy set', 'Node drain complete']);
  });

  test('that is forced moves all at once', async () => {
    const cluster = await aFullNode();
    await cluster.server.nodes.drain('n1', { deadlineNanos: -1, ignoreSystemJobs: false }, false);
    await until('all have moved', () => on(cluster, 'n2').length === 3);
    await until('the drain is over', () => node(cluster, 'n1')?.DrainStrategy === null);
  });

  test('lets batch work go on until its deadline', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aService({ Type: 'batch' }));
    await until('it runs', () => cluster.live().some((row) => cluster.statusOf(row) === 'running'));
    await cluster.server.nodes.drain('n1', { deadlineNanos: 0.5e9, ignoreSystemJobs: false }, false);
    await cluster.settled();
    expect(on(cluster, 'n1')).toHaveLength(1);
    await until('it was stopped', () => on(cluster, 'n1').length === 0);
    await until('the drain is over', () => node(cluster, 'n1')?.DrainStrategy === null);
  });

  test('has its time when the clock is set', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aService({ Type: 'batch' }));
    const alloc = await until('it runs', () => cluster.live().find((row) => cluster.statusOf(row) === 'running'));
    await cluster.server.nodes.drain('n1', { deadlineNanos: 60e9, ignoreSystemJobs: false }, false);
    await lookedAt(cluster, 'n2');
    cluster.skewMs = 3_600_000;
    await cluster.report(alloc, 'running');
    await lookedAt(cluster, 'n3');
    expect(on(cluster, 'n1')).toHaveLength(1);
  });

  test('takes system jobs last, or leaves them', async () => {
    const cluster = await aFullNode();
    await cluster.register(aService({ ID: 'everywhere', Name: 'everywhere', Type: 'system' }));
    await until('it is everywhere', () => cluster.live('everywhere').length === 2);
    let early = false;
    cluster.state.follow(() => {
      if (on(cluster, 'n1').length > 0 && on(cluster, 'n1', 'everywhere').length === 0) early = true;
    });
    await cluster.server.nodes.drain('n1', calm, false);
    await until('the drain is over', () => node(cluster, 'n1')?.DrainStrategy === null);
    expect(on(cluster, 'n1', 'everywhere')).toHaveLength(0);
    expect(early).toBe(false);

    await cluster.server.nodes.setEligibility('n1', 'eligible');
    await until('it is back', () => on(cluster, 'n1', 'everywhere').length === 1);
    await cluster.server.nodes.drain('n1', { ...calm, ignoreSystemJobs: true }, false);
    await until('the drain is over', () => node(cluster, 'n1')?.DrainStrategy === null);
    expect(on(cluster, 'n1', 'everywhere')).toHaveLength(1);
  });

  test('is given up: what is still there stays, and the node takes work again', async () => {
    const cluster = await aFullNode();
    cluster.react = () => ({ status: 'running' });
    await cluster.server.nodes.drain('n1', calm, false);
    await until('one has moved', () => on(cluster, 'n2').length === 1);
    await cluster.server.nodes.drain('n1', null, true);
    await cluster.settled();
    expect(on(cluster, 'n1').length).toBeGreaterThan(0);
    expect(node(cluster, 'n1')).toMatchObject({ Drain: false, DrainStrategy: null, SchedulingEligibility: 'eligible' });
  });

  test('goes on after a restart', async () => {
    const before = await aFullNode();
    await before.server.stop();
    await before.server.nodes.drain('n1', { deadlineNanos: -1, ignoreSystemJobs: false }, false);
    await before.stop();
    const cluster = await aCluster({ path: before.path });
    await cluster.node('n1');
    await cluster.node('n2');
    await until('all are to leave', () => on(cluster, 'n2').length === 3);
  });
});

/** The drain of an empty node that is over tells that all were looked at. */
async function lookedAt(cluster: Cluster, empty: string): Promise<void> {
  await cluster.node(empty);
  await cluster.server.nodes.drain(empty, calm, false);
  await until('the other drain is over', () => node(cluster, empty)?.DrainStrategy === null);
}

function isHealthy({ state }: Cluster, id: string): boolean {
  return state.tables.allocStatus.get(id)?.DeploymentHealthy?.Healthy === true;
}
