import { describe, expect, test } from 'vitest';
import { jobKey } from '../../src/state/tables.ts';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster, changed } from './support/cluster.ts';

const KEY = jobKey('default', 'j');

function versions({ state }: Cluster): number[] {
  return [...state.tables.jobVersions.by('job', KEY)].map(({ Version }) => Version).sort((a, b) => a - b);
}

describe('a job', () => {
  test('that is registered is placed; registered again unchanged it keeps its version', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aService({}, { Count: 3 }));
    await until('all run', () => cluster.live().length === 3);
    const before = cluster.state.tables.jobs.get(KEY);
    const again = await cluster.register(aService({}, { Count: 3 }));
    await cluster.settled();
    expect(again?.Status).toBe('pending');
    expect(cluster.state.tables.jobs.get(KEY)).toMatchObject({ Version: 0, JobModifyIndex: before?.JobModifyIndex });
    expect(cluster.live()).toHaveLength(3);
  });

  test('registered by many at once has one version for each change', async () => {
    const cluster = await aCluster();
    await Promise.all(Array.from({ length: 8 }, (_, n) => cluster.register(changed(aService(), String(n)))));
    expect(cluster.state.tables.jobs.get(KEY)?.Version).toBe(7);
  });

  test('that is stopped ends, and starts again when it is registered', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aService());
    await until('it runs', () => cluster.live().length === 1);
    await cluster.server.jobs.deregister('default', 'j', { purge: false });
    await until('it ended', () => cluster.allocs().every((row) => cluster.statusOf(row) === 'complete'));
    expect(cluster.state.tables.jobs.get(KEY)).toMatchObject({ Stop: true, Version: 1 });
    await cluster.register(aService());
    await until('it runs again', () => cluster.live().length === 1);
    expect(cluster.state.tables.jobs.get(KEY)).toMatchObject({ Stop: false, Version: 2 });
  });

  test('that is purged ends without its row, and begins at version 0 when its name is used again', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    for (const value of ['1', '2', '3']) await cluster.register(changed(aService(), value));
    await until('it runs', () => cluster.live().length === 1);
    await cluster.server.jobs.deregister('default', 'j', { purge: true });
    await until('it ended', () => cluster.live().length === 0);
    expect(cluster.state.tables.jobs.get(KEY)).toBeUndefined();

    const old = new Set(cluster.allocs().map(({ ID }) => ID));
    await cluster.register(aService());
    await until('the new one runs', () => cluster.live().length === 1);
    const job = cluster.state.tables.jobs.get(KEY);
    expect(job?.Version).toBe(0);
    expect(versions(cluster)).toEqual([0]);
    expect(old.has(cluster.live()[0]?.ID ?? '')).toBe(false);
    const [version] = cluster.state.tables.jobVersions.by('job', KEY);
    expect(version?.CreateIndex).toBe(job?.CreateIndex);
  });

  test('keeps its newest six versions, the last stable one, and those that something still runs', async () => {
    const cluster = await aCluster();
    for (let value = 0; value < 3; value += 1) await cluster.register(changed(aService(), String(value)));
    await cluster.server.jobs.markStable('default', 'j', 1, true);
    for (let value = 3; value < 10; value += 1) await cluster.register(changed(aService(), String(value)));
    expect(versions(cluster)).toEqual([1, 4, 5, 6, 7, 8, 9]);
  });

  test('is reverted to the specification of an older version, as its newest', async () => {
    const cluster = await aCluster();
    await cluster.register(changed(aService(), 'old'));
    await cluster.register(changed(aService(), 'new'));
    await cluster.server.jobs.revert('default', 'j', 0);
    const job = cluster.state.tables.jobs.get(KEY);
    expect(job?.Version).toBe(2);
    expect(job?.TaskGroups?.[0]?.Tasks?.[0]?.Env).toEqual({ V: 'old' });
    await expect(cluster.server.jobs.revert('default', 'j', 2)).rejects.toThrow("can't revert to current version");
    await expect(cluster.server.jobs.revert('default', 'j', 9)).rejects.toThrow('version 9 not found');
  });

  test('is looked at again on demand; what failed for good is replaced if that is asked', async () => {
    const cluster = await aCluster();
    const policy = { Attempts: 0, Interval: 0, Delay: 0, DelayFunction: 'constant', MaxDelay: 0, Unlimited: false };
    await cluster.node('n1');
    await cluster.register(aService({}, { ReschedulePolicy: policy }));
    await until('it is deployed', () => cluster.state.tables.deployments.countBy('status', 'successful') === 1);
    const [first] = cluster.live();
    if (!first) throw new Error('nothing runs');
    await cluster.report(first, 'failed');
    await cluster.server.jobs.evaluate('default', 'j');
    await cluster.settled();
    expect(cluster.live()).toHaveLength(0);
    await cluster.server.jobs.evaluate('default', 'j', { forceReschedule: true });
    await until('a successor runs', () => cluster.live().length === 1);
    expect(cluster.live()[0]?.PreviousAllocation).toBe(first.ID);
  });
});

describe('a job stays of its kind', () => {
  const batch = { Type: 'batch' };
  const periodic = { ...batch, Periodic: { Enabled: true, Spec: '0 3 * * *', SpecType: 'cron' } };
  const parameterized = { ...batch, ParameterizedJob: { Payload: 'optional' } };
  const cases: { name: string; from: object; to: object; want: string }[] = [
    { name: 'a batch job', from: batch, to: periodic, want: 'from batch to periodic batch' },
    { name: 'a periodic job', from: periodic, to: batch, want: 'from periodic batch to batch' },
    { name: 'a form', from: parameterized, to: batch, want: 'from parameterized batch to batch' },
    { name: 'a service', from: {}, to: { Type: 'system' }, want: 'from service to system' },
  ];
  test.each(cases)('$name', async ({ from, to, want }) => {
    const cluster = await aCluster();
    await cluster.register(aService(from));
    await expect(cluster.register(aService(to))).rejects.toThrow(`cannot update job "j" ${want}: purge it first`);
    await cluster.server.jobs.deregister('default', 'j', { purge: true });
    await cluster.register(aService(to));
  });
});
