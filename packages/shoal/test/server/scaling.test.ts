import { describe, expect, test } from 'vitest';
import type { ScalingRequest } from '../../src/server/scaling.ts';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const to = (count: number | undefined, more: Partial<ScalingRequest> = {}): ScalingRequest => ({
  group: 'g',
  count,
  message: '',
  error: false,
  meta: null,
  override: false,
  ...more,
});

async function aScaledJob(): Promise<Cluster> {
  const cluster = await aCluster();
  await cluster.node('n1');
  await cluster.register(aService({}, { Scaling: { Enabled: true, Min: 1, Max: 3 } }));
  await until('it is deployed', () => cluster.state.tables.deployments.countBy('status', 'successful') === 1);
  await cluster.settled();
  return cluster;
}

const refusals: { name: string; request: ScalingRequest; want: string }[] = [
  { name: 'below the least', request: to(0), want: 'less than scaling policy minimum: 0 < 1' },
  { name: 'above the most', request: to(4), want: 'greater than scaling policy maximum: 4 > 3' },
  { name: 'below nothing', request: to(-1), want: "can't be negative" },
  { name: 'a group that is not there', request: to(1, { group: 'x' }), want: 'task group "x" specified' },
  { name: 'no group', request: to(1, { group: '' }), want: 'missing task group name' },
  { name: 'an error that has a count', request: to(1, { error: true }), want: 'should not contain count' },
];

describe('scaling', () => {
  test('changes a count and remembers why, the newest first, twenty of them', async () => {
    const cluster = await aScaledJob();
    await cluster.server.scaling.scale('default', 'j', to(2, { message: 'load' }));
    await until('two run', () => cluster.live().length === 2);
    for (let n = 0; n < 25; n += 1)
      await cluster.server.scaling.scale('default', 'j', to(undefined, { message: `note ${n}` }));
    const events = cluster.state.tables.scalingEvents.get('default/j')?.Groups['g'] ?? [];
    expect(events).toHaveLength(20);
    expect(events[0]).toMatchObject({ Message: 'note 24', Count: null, PreviousCount: 2, EvalID: null });
    expect(events.every(({ CreateIndex }, at) => at === 0 || CreateIndex < (events[at - 1]?.CreateIndex ?? 0))).toBe(
      true,
    );
  });

  test.each(refusals)('refuses $name', async ({ request, want }) => {
    const cluster = await aScaledJob();
    await expect(cluster.server.scaling.scale('default', 'j', request)).rejects.toThrow(want);
  });

  test('goes beyond the policy when that is asked', async () => {
    const cluster = await aScaledJob();
    await cluster.server.scaling.scale('default', 'j', to(5, { override: true }));
    await until('five run', () => cluster.live().length === 5);
  });

  test('waits for a deployment to end', async () => {
    const cluster = await aScaledJob();
    cluster.react = () => ({ status: 'running' });
    await cluster.server.scaling.scale('default', 'j', to(2));
    await until('it is under way', () => cluster.state.tables.deployments.countBy('status', 'running') === 1);
    await expect(cluster.server.scaling.scale('default', 'j', to(3))).rejects.toThrow('active deployment');
  });
});

describe('namespaces', () => {
  test('take jobs once they are made, and stay while jobs live in them', async () => {
    const cluster = await aCluster();
    const job = aService({ Namespace: 'apart' });
    await expect(cluster.register(job)).rejects.toThrow('nonexistent namespace "apart"');
    await cluster.server.namespaces.put({ Name: 'apart', Description: '' });
    await cluster.register(job);
    await expect(cluster.server.namespaces.remove('apart')).rejects.toThrow('has non-terminal jobs');
    await cluster.server.jobs.deregister('apart', 'j', { purge: true });
    await cluster.settled();
    await cluster.server.namespaces.remove('apart');
    expect(cluster.server.namespaces.exists('apart')).toBe(false);
  });
});

describe('operators', () => {
  test('may let evaluations wait, and refuse jobs', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.server.configureScheduler({ PauseEvalBroker: true });
    await cluster.register(aService());
    await cluster.server.configureScheduler({ RejectJobRegistration: true });
    await expect(cluster.register(aService({ ID: 'k', Name: 'k' }))).rejects.toThrow('disabled by the scheduler');
    expect(cluster.allocs()).toEqual([]);
    await cluster.server.configureScheduler({ PauseEvalBroker: false });
    await until('it runs', () => cluster.live().length === 1);
  });
});
