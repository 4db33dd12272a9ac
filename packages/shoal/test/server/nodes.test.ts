import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const QUICK = { minTtlMs: 200, maxPerSecond: 1_000, graceMs: 200 };

function statusOf({ state }: Cluster, node: string): string | undefined {
  return state.tables.nodes.get(node)?.Status;
}

describe('a node that is silent', () => {
  test('is down; what it ran is lost, and replaced elsewhere', async () => {
    const cluster = await aCluster({ heartbeats: QUICK });
    await cluster.node('n1');
    await cluster.register(aService());
    const lost = await until('it runs', () => cluster.live()[0]);
    cluster.silent.add('n1');
    await cluster.node('n2');
    await until('the node is down', () => statusOf(cluster, 'n1') === 'down');
    const next = await until('it is replaced', () => cluster.live().find(({ NodeID }) => NodeID === 'n2'));
    expect(cluster.statusOf(lost)).toBe('lost');
    expect(next.PreviousAllocation).toBe(lost.ID);
    expect(cluster.state.tables.nodes.get('n1')?.Events.at(-1)?.Message).toBe('Node heartbeat missed');
    expect(statusOf(cluster, 'n2')).toBe('ready');
  });

  test('is ready again with its next heartbeat; its own word on an end counts', async () => {
    const cluster = await aCluster({ heartbeats: QUICK });
    await cluster.node('n1');
    await cluster.register(aService());
    const lost = await until('it runs', () => cluster.live()[0]);
    cluster.silent.add('n1');
    await until('the node is down', () => statusOf(cluster, 'n1') === 'down');
    await until('it is lost', () => cluster.statusOf(lost) === 'lost');
    cluster.silent.clear();
    await until('the node is ready', () => statusOf(cluster, 'n1') === 'ready');
    await until('a successor runs', () => cluster.live().length === 1);
    await cluster.report(lost, 'complete');
    expect(cluster.statusOf(lost)).toBe('complete');
  });

  test('takes what was to stop on it along', async () => {
    const cluster = await aCluster({ heartbeats: QUICK });
    await cluster.node('n1');
    await cluster.register(aService());
    const alloc = await until('it runs', () => cluster.live()[0]);
    await until('its client says so', () => cluster.statusOf(alloc) === 'running');
    cluster.silent.add('n1');
    await cluster.server.jobs.deregister('default', 'j', { purge: false });
    await until('it is to stop', () => cluster.live().length === 0);
    expect(cluster.statusOf(alloc)).toBe('running');
    await until('it is lost', () => cluster.statusOf(alloc) === 'lost');
  });

  test('may be forgotten meanwhile', async () => {
    const cluster = await aCluster({ heartbeats: QUICK });
    await cluster.node('n1');
    await cluster.state.commit({ ops: [{ kind: 'delete', table: 'nodes', key: 'n1' }] });
    await expect(cluster.server.requests.heartbeat('n1', 'ready')).rejects.toThrow('has to register again');
    await delay(500);
    expect(cluster.logged).toEqual([]);
  });
});

describe('a node that is waited for', () => {
  const PATIENT = (lostAfterMs: number) => ({
    Disconnect: { LostAfter: lostAfterMs * 1e6, Reconcile: 'keep_original' },
  });

  async function cutOff(lostAfterMs: number) {
    const cluster = await aCluster({ heartbeats: QUICK });
    await cluster.node('n1');
    await cluster.register(aService({}, PATIENT(lostAfterMs)));
    const original = await until('it runs', () => cluster.live().find((row) => cluster.statusOf(row) === 'running'));
    cluster.silent.add('n1');
    await cluster.node('n2');
    await until('it is missed', () => statusOf(cluster, 'n1') === 'disconnected');
    const replacement = await until('it is replaced', () => cluster.live().find(({ NodeID }) => NodeID === 'n2'));
    await until('that runs', () => cluster.statusOf(replacement) === 'running');
    const states = () => cluster.state.tables.allocs.get(original.ID)?.AllocStates?.map(({ Value }) => Value);
    const evals = () => [...cluster.state.tables.evals.values()].map((row) => `${row.TriggeredBy} ${row.Status}`);
    return { cluster, original, replacement, states, evals };
  }

  test('is disconnected, and its work unknown until it is back', async () => {
    const { cluster, original, replacement, states, evals } = await cutOff(600_000);
    expect(cluster.statusOf(original)).toBe('unknown');
    expect(evals()).toContain('max-disconnect-timeout pending');
    cluster.silent.clear();
    await until('the node is ready', () => statusOf(cluster, 'n1') === 'ready');
    await until('the replacement ends', () => cluster.statusOf(replacement) === 'complete');
    expect(cluster.live().map(({ ID }) => ID)).toEqual([original.ID]);
    expect([cluster.statusOf(original), states()]).toEqual(['running', ['unknown', 'running']]);
    await cluster.settled();
    expect(evals()).toEqual(expect.arrayContaining(['reconnect complete', 'max-disconnect-timeout canceled']));
  });

  test('is down when the time is over, and its work lost', async () => {
    const { cluster, original, replacement, states, evals } = await cutOff(1_000);
    await until('it is lost', () => cluster.statusOf(original) === 'lost');
    await until('the node is down', () => statusOf(cluster, 'n1') === 'down');
    expect(evals()).toContain('max-disconnect-timeout complete');
    expect(states()).toEqual(['unknown', 'lost']);
    expect(cluster.live().map(({ ID }) => ID)).toEqual([replacement.ID]);
  });

  test('is down as soon as its job is stopped', async () => {
    const { cluster, original, evals } = await cutOff(12_000);
    await cluster.server.jobs.deregister('default', 'j', { purge: false });
    await until('the node is down', () => statusOf(cluster, 'n1') === 'down', 30_000);
    await until('it is lost', () => cluster.statusOf(original) === 'lost');
    expect(evals()).toContain('max-disconnect-timeout canceled');
  });

  test('is disconnected for a server that has just started, too, and down in time', async () => {
    const { cluster, original } = await cutOff(2_000);
    await cluster.stop();
    const next = await aCluster({ path: cluster.path, heartbeats: QUICK });
    expect(statusOf(next, 'n1')).toBe('disconnected');
    await until('the node is down', () => statusOf(next, 'n1') === 'down');
    await until('it is lost', () => next.statusOf(original) === 'lost');
  });
});

describe('registering a node', () => {
  test('again as it is writes nothing; a secret that is another is refused', async () => {
    const cluster = await aCluster();
    const node = await cluster.node('n1');
    const index = cluster.state.index();
    await cluster.server.requests.register(node);
    expect(cluster.state.index()).toBe(index);
    expect(cluster.server.requests.authenticate('n1', 'secret')).toBe(true);
    expect(cluster.server.requests.authenticate('n1', 'guess')).toBe(false);
  });

  test.each(['system', 'sysbatch'] as const)('brings %s jobs to it', async (type) => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aService({ Type: type }));
    await until('it runs on the first', () => cluster.live().length === 1);
    await cluster.node('n2');
    await until('and on the second', () => cluster.live().length === 2);
  });
});
