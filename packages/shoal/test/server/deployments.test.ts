import { describe, expect, test } from 'vitest';
import { deploymentCounts } from '../../src/state/deployment-view.ts';
import type { DeploymentRow } from '../../src/state/rows.ts';
import { jobKey } from '../../src/state/tables.ts';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster, changed } from './support/cluster.ts';

const SECOND = 1e9;
const HOUR_MS = 3_600_000;
const UPDATE = { MaxParallel: 1, HealthCheck: 'task_states', MinHealthyTime: 0, HealthyDeadline: SECOND };

function aRollout(update: Record<string, unknown> = {}, count = 1) {
  return aService({}, { Count: count, Update: { ...UPDATE, ProgressDeadline: 10 * SECOND, ...update } });
}

/** Of a version of the job. */
function deployment({ state }: Cluster, version: number): DeploymentRow | undefined {
  const rows = [...state.tables.deployments.by('job', jobKey('default', 'j'))];
  return rows.find((row) => row.JobVersion === version);
}

function deployed(cluster: Cluster, version: number): Promise<DeploymentRow> {
  return until(`version ${version} is deployed`, () => {
    const found = deployment(cluster, version);
    return found?.Status === 'successful' ? found : undefined;
  });
}

function ended(cluster: Cluster, version: number): Promise<DeploymentRow> {
  return until(`the deployment of version ${version} failed`, () => {
    const found = deployment(cluster, version);
    return found?.Status === 'failed' ? found : undefined;
  });
}

function job({ state }: Cluster) {
  return state.tables.jobs.get(jobKey('default', 'j'));
}

describe('a deployment', () => {
  test('succeeds when all are healthy, and makes its version stable', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aRollout({}, 3));
    await deployed(cluster, 0);
    expect(job(cluster)).toMatchObject({ Stable: true, Version: 0 });
  });

  test('replaces no more at once than max_parallel says, the next after one is healthy', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aRollout({}, 3));
    await deployed(cluster, 0);
    let least = 3;
    cluster.state.follow(() => {
      const healthy = cluster
        .live()
        .filter((row) => cluster.state.tables.allocStatus.get(row.ID)?.DeploymentHealthy?.Healthy);
      least = Math.min(least, healthy.length);
    });
    // Healthy only when the test says so.
    cluster.react = () => ({ status: 'running' });
    await cluster.register(changed(aRollout({}, 3), 'new'));
    const done: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      const next = await until('the next is replaced', () =>
        cluster.live().find((row) => row.JobVersion === 1 && !done.includes(row.ID)),
      );
      await until('it runs', () => cluster.statusOf(next) === 'running');
      await cluster.settled();
      expect(cluster.live().filter((row) => row.JobVersion === 1)).toHaveLength(turn + 1);
      done.push(next.ID);
      await cluster.report(next, 'running', true);
    }
    await deployed(cluster, 1);
    expect(cluster.live()).toHaveLength(3);
    expect(least).toBe(2);
  });

  test('fails at its progress deadline', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aRollout({ HealthyDeadline: 0.1 * SECOND, ProgressDeadline: 0.3 * SECOND }));
    expect(await ended(cluster, 0)).toMatchObject({ StatusDescription: 'Failed due to progress deadline' });
  });

  test('has as long as it had when the clock is set, forward or back', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aRollout({ ProgressDeadline: 60 * SECOND }));
    const alloc = await until('it runs', () => cluster.live().find((row) => cluster.statusOf(row) === 'running'));
    cluster.skewMs = HOUR_MS;
    await cluster.report(alloc, 'running');
    await cluster.settled();
    expect(deployment(cluster, 0)?.Status).toBe('running');
    await cluster.report(alloc, 'running', true);
    await deployed(cluster, 0);

    const next = changed(aRollout({ HealthyDeadline: 0.1 * SECOND, ProgressDeadline: 0.5 * SECOND }), 'next');
    await cluster.register(next);
    await until('it is placed', () => cluster.live().some((row) => row.JobVersion === 1));
    cluster.skewMs = -HOUR_MS;
    expect(await ended(cluster, 1)).toMatchObject({ StatusDescription: 'Failed due to progress deadline' });
  });

  test('judges anew what is updated in place into it', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aRollout());
    await deployed(cluster, 0);
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aRollout({}, 2));
    const next = await until('it has begun', () => deployment(cluster, 1));
    await until('both are in it', () => cluster.live().filter((row) => row.DeploymentID === next.ID).length === 2);
    expect(deploymentCounts(cluster.state.tables, next).get('g')).toMatchObject({ placed: 2, healthy: 0 });
    await until('both run', () => cluster.live().every((row) => cluster.statusOf(row) === 'running'));
    for (const row of cluster.live()) await cluster.report(row, 'running', true);
    await deployed(cluster, 1);
  });

  test('has its whole time, however long ago what it takes over was placed', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aRollout());
    await deployed(cluster, 0);
    cluster.skewMs = HOUR_MS;
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aRollout({}, 2));
    await until('both run', () => cluster.live().filter((row) => cluster.statusOf(row) === 'running').length === 2);
    await cluster.settled();
    expect(deployment(cluster, 1)?.Status).toBe('running');
    for (const row of cluster.live()) await cluster.report(row, 'running', true);
    await deployed(cluster, 1);
  });

  test('without a progress deadline fails with the first that is not healthy', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running', healthy: false });
    await cluster.register(aRollout({ ProgressDeadline: 0 }));
    expect(await ended(cluster, 0)).toMatchObject({ StatusDescription: 'Failed due to unhealthy allocations' });
  });

  test('has time as long as nothing could be placed', async () => {
    const cluster = await aCluster();
    await cluster.register(aRollout({ HealthyDeadline: 0.1 * SECOND, ProgressDeadline: 0.2 * SECOND }));
    await until('it waits for room', () => cluster.state.tables.evals.countBy('status', 'blocked') === 1);
    cluster.skewMs = 60_000;
    await cluster.node('n1');
    await deployed(cluster, 0);
  });

  test('that fails is rolled back where that is asked for', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(changed(aRollout({ AutoRevert: true }), 'good'));
    await deployed(cluster, 0);
    cluster.react = ({ JobVersion }) => ({ status: 'running', healthy: JobVersion !== 1 });
    await cluster.register(changed(aRollout({ AutoRevert: true, ProgressDeadline: 0 }), 'bad'));
    expect((await ended(cluster, 1)).StatusDescription).toBe(
      'Failed due to unhealthy allocations - rolling back to job version 0',
    );
    await deployed(cluster, 2);
    expect(job(cluster)?.TaskGroups?.[0]?.Tasks?.[0]?.Env).toEqual({ V: 'good' });
  });

  test('that fails with nothing to go back to says so', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running', healthy: false });
    await cluster.register(aRollout({ AutoRevert: true, ProgressDeadline: 0 }));
    expect((await ended(cluster, 0)).StatusDescription).toMatch(/ - no stable job version to auto revert to$/);
  });

  test('with canaries waits for its promotion', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aRollout({ Canary: 1 }, 2));
    await deployed(cluster, 0);
    cluster.react = () => ({ status: 'running' });
    await cluster.register(changed(aRollout({ Canary: 1 }, 2), 'new'));
    const canary = await until('the canary runs', () => cluster.live().find((row) => row.Canary));
    await cluster.settled();
    const { ID } = deployment(cluster, 1) as DeploymentRow;
    await expect(cluster.server.deployments.promote(ID)).rejects.toThrow('Task group "g" has 0/1 healthy allocations');
    cluster.react = () => ({ status: 'running', healthy: true });
    await cluster.report(canary, 'running', true);
    expect(cluster.live()).toHaveLength(3);
    await cluster.server.deployments.promote(ID);
    await deployed(cluster, 1);
    expect(cluster.live().map(({ JobVersion }) => JobVersion)).toEqual([1, 1]);
    await expect(cluster.server.deployments.promote(ID)).rejects.toThrow("can't promote terminal deployment");
  });

  test('with auto_promote is promoted when its canaries are healthy', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    const update = { Canary: 1, AutoPromote: true };
    await cluster.register(aRollout(update, 2));
    await deployed(cluster, 0);
    await cluster.register(changed(aRollout(update, 2), 'new'));
    await deployed(cluster, 1);
    expect(cluster.live().map(({ JobVersion }) => JobVersion)).toEqual([1, 1]);
  });

  test('that is paused places nothing until it is resumed', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aRollout({}, 2));
    await deployed(cluster, 0);
    cluster.react = () => ({ status: 'running' });
    await cluster.register(changed(aRollout({}, 2), 'new'));
    const first = await until('the first is replaced', () => cluster.live().find((row) => row.JobVersion === 1));
    const { ID } = deployment(cluster, 1) as DeploymentRow;
    await cluster.server.deployments.pause(ID, true);
    await cluster.report(first, 'running', true);
    await cluster.settled();
    expect(cluster.live().filter((row) => row.JobVersion === 1)).toHaveLength(1);
    cluster.react = () => ({ status: 'running', healthy: true });
    await cluster.server.deployments.pause(ID, false);
    await deployed(cluster, 1);
  });

  test('takes an operator’s word on health, and is failed by one', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'running' });
    await cluster.register(aRollout({ HealthCheck: 'manual' }, 1));
    const alloc = await until('it runs', () => cluster.live()[0]);
    const { ID } = deployment(cluster, 0) as DeploymentRow;
    await expect(cluster.server.deployments.setHealth(ID, ['nobody'], [])).rejects.toThrow('unknown alloc "nobody"');
    await cluster.server.deployments.setHealth(ID, [alloc.ID], []);
    await deployed(cluster, 0);

    await cluster.register(changed(aRollout({ HealthCheck: 'manual' }, 1), 'new'));
    const second = await until('it is under way', () => deployment(cluster, 1));
    await cluster.server.deployments.failByUser(second.ID);
    expect(await ended(cluster, 1)).toMatchObject({ StatusDescription: 'Deployment marked as failed' });
  });
});
