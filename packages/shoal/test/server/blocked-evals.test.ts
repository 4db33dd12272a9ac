import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

/** Takes a whole node of 4,000 MHz. */
function large(id: string) {
  const task = { Name: 't', Driver: 'raw_exec', Config: { command: '/bin/true' }, Resources: { CPU: 3500 } };
  return aService({ ID: id, Name: id }, { Tasks: [task] });
}

function blocked({ state }: Cluster): number {
  return state.tables.evals.countBy('status', 'blocked');
}

async function aFullCluster(): Promise<Cluster> {
  const cluster = await aCluster();
  await cluster.node('n1');
  await cluster.register(large('first'));
  await until('the first runs', () => cluster.live('first').length === 1);
  await cluster.register(large('second'));
  await until('the second waits', () => blocked(cluster) === 1);
  return cluster;
}

const cases: { name: string; free: (cluster: Cluster) => Promise<unknown> }[] = [
  { name: 'a node comes', free: (cluster) => cluster.node('n2') },
  {
    name: 'an allocation ends',
    free: (cluster) => cluster.report(cluster.live('first')[0] as never, 'complete'),
  },
  { name: 'a job is stopped', free: ({ server }) => server.jobs.deregister('default', 'first', { purge: false }) },
  {
    name: 'a node becomes eligible again',
    async free(cluster) {
      await cluster.server.nodes.setEligibility('n1', 'ineligible');
      await cluster.server.jobs.deregister('default', 'first', { purge: false });
      await until('the first ended', () => cluster.live('first').length === 0);
      expect(cluster.live('second')).toHaveLength(0);
      await cluster.server.nodes.setEligibility('n1', 'eligible');
    },
  },
];

describe('what could not be placed', () => {
  test.each(cases)('is placed when $name', async ({ free }) => {
    const cluster = await aFullCluster();
    await free(cluster);
    await until('the second runs', () => cluster.live('second').length === 1);
    expect(blocked(cluster)).toBe(0);
  });

  test('waits no more when its job is stopped', async () => {
    const cluster = await aFullCluster();
    await cluster.server.jobs.deregister('default', 'second', { purge: false });
    await until('nothing waits', () => blocked(cluster) === 0);
    await cluster.node('n2');
    await cluster.settled();
    expect(cluster.live('second')).toHaveLength(0);
  });

  test('still waits after a restart, and is placed when there is room', async () => {
    const before = await aFullCluster();
    await before.stop();
    const cluster = await aCluster({ path: before.path });
    expect(blocked(cluster)).toBe(1);
    await cluster.node('n2');
    await until('the second runs', () => cluster.live('second').length === 1);
  });

  test('does not miss room that came while no server ran', async () => {
    const before = await aFullCluster();
    const [first] = before.live('first');
    await before.server.stop();
    await before.report(first as never, 'complete');
    await before.stop();
    const cluster = await aCluster({ path: before.path });
    await until('the second has a place', () => cluster.live('second').length === 1);
  });

  test('writes nothing while there is no room for it', async () => {
    const cluster = await aFullCluster();
    const index = cluster.state.index();
    await cluster.node('n2', { cpu: 100, ComputedClass: 'v1:small' });
    await cluster.settled();
    const [row] = cluster.state.tables.evals.by('status', 'blocked');
    expect(row?.FailedTGAllocs).toBeUndefined();
    expect(cluster.state.index() - index).toBeLessThan(4);
  });
});
