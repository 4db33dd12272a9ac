import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const HOUR = 3_600_000;

function sizes({ state }: Cluster) {
  const { jobs, jobVersions, evals, allocs, allocStatus, deployments, nodes } = state.tables;
  return {
    jobs: jobs.size,
    jobVersions: jobVersions.size,
    evals: evals.size,
    allocs: allocs.size,
    allocStatus: allocStatus.size,
    deployments: deployments.size,
    nodes: nodes.size,
  };
}

const NOTHING = { jobs: 0, jobVersions: 0, evals: 0, allocs: 0, allocStatus: 0, deployments: 0 };

async function aStoppedJob(): Promise<Cluster> {
  const cluster = await aCluster();
  await cluster.node('n1');
  await cluster.register(aService({}, { Count: 2 }));
  await until('it is deployed', () => cluster.state.tables.deployments.countBy('status', 'successful') === 1);
  await cluster.server.jobs.deregister('default', 'j', { purge: false });
  await until('all ended', () => cluster.allocs().every((row) => cluster.statusOf(row) === 'complete'));
  await cluster.settled();
  return cluster;
}

describe('garbage collection', () => {
  test('removes a stopped job with all that it had', async () => {
    const cluster = await aStoppedJob();
    await cluster.server.collectGarbage({ force: true });
    expect(sizes(cluster)).toEqual({ ...NOTHING, nodes: 1 });
    expect(cluster.state.summaries.get('default', 'j')).toBeUndefined();
  });

  test('leaves what is young, unless it is forced', async () => {
    const cluster = await aStoppedJob();
    const before = sizes(cluster);
    await cluster.server.collectGarbage();
    expect(sizes(cluster)).toEqual(before);
    cluster.skewMs = 5 * HOUR;
    await cluster.server.collectGarbage();
    expect(sizes(cluster)).toMatchObject(NOTHING);
  });

  test('removes the versions and deployments of a purged job after its last allocations', async () => {
    const cluster = await aStoppedJob();
    await cluster.server.jobs.deregister('default', 'j', { purge: true });
    await cluster.settled();
    await cluster.server.collectGarbage({ force: true });
    expect(sizes(cluster)).toEqual({ ...NOTHING, jobVersions: 2, deployments: 1, nodes: 1 });
    await cluster.server.collectGarbage({ force: true });
    expect(sizes(cluster)).toEqual({ ...NOTHING, nodes: 1 });
  });

  test('leaves a running job its evaluations with living allocations, and its deployment', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aService());
    await until('it is deployed', () => cluster.state.tables.deployments.countBy('status', 'successful') === 1);
    await cluster.settled();
    await cluster.server.collectGarbage({ force: true });
    expect(sizes(cluster)).toMatchObject({ jobs: 1, jobVersions: 1, allocs: 1, allocStatus: 1, deployments: 1 });
  });

  test('leaves a batch job that is not done what it has done', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = ({ Name }) => ({ status: Name.endsWith('[0]') ? 'complete' : 'running' });
    await cluster.register(aService({ Type: 'batch' }, { Count: 2 }));
    await until('one is done', () => cluster.allocs().some((row) => cluster.statusOf(row) === 'complete'));
    await until('one runs', () => cluster.allocs().some((row) => cluster.statusOf(row) === 'running'));
    await cluster.settled();
    await cluster.server.collectGarbage({ force: true });
    expect(sizes(cluster)).toMatchObject({ jobs: 1, allocs: 2 });
    await cluster.server.jobs.evaluate('default', 'j');
    await cluster.settled();
    expect(cluster.allocs()).toHaveLength(2);
  });

  test('removes a node that is down and has nothing left', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.silent.add('n1');
    await cluster.server.nodes.setStatus('n1', 'down', '');
    await cluster.server.collectGarbage();
    expect(sizes(cluster).nodes).toBe(1);
    cluster.skewMs = 25 * HOUR;
    await cluster.server.collectGarbage();
    expect(sizes(cluster).nodes).toBe(0);
  });

  test('removes a job of thousands of rows in parts', async () => {
    const cluster = await aCluster();
    await cluster.node('n1', { cpu: 1_000_000, memory: 1_000_000 });
    cluster.react = () => ({ status: 'complete' });
    const task = {
      Name: 't',
      Driver: 'raw_exec',
      Config: { command: '/bin/true' },
      Resources: { CPU: 20, MemoryMB: 10 },
      LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
    };
    const group = { Count: 1_500, Tasks: [task], EphemeralDisk: { SizeMB: 10 } };
    await cluster.register(aService({ Type: 'batch' }, group));
    await until('all are done', () => cluster.state.summaries.get('default', 'j')?.status === 'dead', 20_000);
    await cluster.settled();
    expect(await cluster.server.collectGarbage({ force: true })).toBe(3_003);
    expect(sizes(cluster)).toMatchObject(NOTHING);
  });
});
