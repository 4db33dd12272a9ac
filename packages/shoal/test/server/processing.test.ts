import { describe, expect, test } from 'vitest';
import { startScheduler } from '../../src/scheduler/worker-client.ts';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

describe('evaluations', () => {
  test('go on when the scheduler dies', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    for (let n = 0; n < 20; n += 1) void cluster.register(aService({ ID: `job-${n}`, Name: `job-${n}` }));
    await cluster.schedulers.at(-1)?.stop();
    const all = () => Array.from({ length: 20 }, (_, n) => cluster.live(`job-${n}`).length);
    await until('all run', () => all().every((count) => count === 1));
    expect(cluster.schedulers).toHaveLength(2);
    expect([...cluster.state.tables.evals.by('status', 'failed')]).toEqual([]);
  });

  test('go on when the next scheduler does not start at once', async () => {
    let starts = 0;
    const cluster = await aCluster({
      startScheduler(options) {
        starts += 1;
        return starts === 2 ? Promise.reject(new Error('out of memory')) : startScheduler(options);
      },
    });
    await cluster.node('n1');
    await cluster.schedulers[0]?.stop();
    await cluster.register(aService());
    await until('it runs', () => cluster.live().length === 1);
    expect(cluster.logged.some((line) => line.includes('out of memory'))).toBe(true);
  });

  test('come again after the disk was full', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.store.full = true;
    await expect(cluster.register(aService())).rejects.toThrow('no space left on device');
    cluster.store.full = false;
    await cluster.register(aService());
    cluster.store.full = true;
    await until('a plan was refused', () => cluster.store.refused > 1);
    cluster.store.full = false;
    await until('it runs', () => cluster.live().length === 1);
    expect([...cluster.state.tables.evals.by('status', 'failed')]).toEqual([]);
  });

  test.each([{ times: 3 }, { times: 7 }])(
    'whose plans others make void $times times are planned again',
    async ({ times }) => {
      let left = times;
      const cluster: Cluster = await aCluster({
        async startScheduler(options) {
          const scheduler = await startScheduler(options);
          return {
            feed: (set) => scheduler.feed(set),
            settle: (id, outcome) => scheduler.settle(id, outcome),
            configure: (config) => scheduler.configure(config),
            ended: scheduler.ended,
            stop: () => scheduler.stop(),
            // The node changes between the plan and its commit.
            async plan(...asked) {
              const plan = await scheduler.plan(...asked);
              if (plan.newAllocs.length > 0 && left-- > 0) void cluster.node('n1', { cpu: 4_000 + left });
              return plan;
            },
          };
        },
      });
      await cluster.node('n1');
      await cluster.register(aService());
      await until('it runs', () => cluster.live().length === 1);
      expect(left).toBeLessThan(0);
      expect([...cluster.state.tables.evals.by('status', 'failed')]).toEqual([]);
    },
  );

  test('of one job follow each other: what is asked last holds', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await Promise.all([1, 5, 2, 7, 3].map((Count) => cluster.register(aService({}, { Count }))));
    await cluster.settled();
    const count = cluster.state.tables.jobs.get('default/j')?.TaskGroups?.[0]?.Count;
    await until('as many run as the job says', () => cluster.live().length === count);
  });

  test('that were pending when the server ended are processed by the next', async () => {
    const before = await aCluster();
    await before.server.stop();
    await before.register(aService());
    await before.stop();
    const cluster = await aCluster({ path: before.path });
    await cluster.node('n1');
    await until('it runs', () => cluster.live().length === 1);
  });

  test('are placed by the algorithm that the operator chose', async () => {
    const cluster = await aCluster();
    for (const id of ['n1', 'n2', 'n3']) await cluster.node(id);
    const nodesOf = (job: string) => new Set(cluster.live(job).map(({ NodeID }) => NodeID)).size;
    await cluster.register(aService({ ID: 'packed', Name: 'packed' }, { Count: 1 }));
    await until('it runs', () => cluster.live('packed').length === 1);
    await cluster.server.configureScheduler({ SchedulerAlgorithm: 'spread' });
    for (const id of ['a', 'b']) {
      await cluster.register(aService({ ID: id, Name: id }));
      await until('it runs', () => cluster.live(id).length === 1);
    }
    const used = new Set(['packed', 'a', 'b'].flatMap((id) => cluster.live(id).map(({ NodeID }) => NodeID)));
    expect(used.size).toBe(3);
    expect(nodesOf('packed')).toBe(1);
  });
});
