import { describe, expect, test } from 'vitest';
import { nextLaunch } from '../../src/server/periodic.ts';
import { jobKey } from '../../src/state/tables.ts';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const HOUR = 3_600_000;

function aPeriodic(Spec: string, more: Record<string, unknown> = {}) {
  return aService({ Type: 'batch', Periodic: { Enabled: true, Spec, SpecType: 'cron', ...more } });
}

function launches({ state }: Cluster): number[] {
  const children = [...state.tables.jobs.by('parent', jobKey('default', 'j'))];
  return children.map(({ ID }) => Number(ID.split('periodic-')[1])).sort((a, b) => a - b);
}

const times: { name: string; spec: string; zone?: string; after: string; want: string | undefined }[] = [
  { name: 'every minute', spec: '* * * * *', after: '2026-11-20T10:00:30Z', want: '2026-11-20T10:01:00.000Z' },
  { name: 'strictly after', spec: '* * * * *', after: '2026-11-20T10:01:00Z', want: '2026-11-20T10:02:00.000Z' },
  { name: 'a macro', spec: '@daily', after: '2026-11-20T10:00:00Z', want: '2026-11-21T00:00:00.000Z' },
  {
    name: 'in a time zone',
    spec: '0 6 * * *',
    zone: 'Europe/Berlin',
    after: '2026-11-20T10:00:00Z',
    want: '2026-11-21T05:00:00.000Z',
  },
  { name: 'never', spec: '0 0 30 2 *', after: '2026-11-20T10:00:00Z', want: undefined },
  { name: 'nonsense', spec: 'now and then', after: '2026-11-20T10:00:00Z', want: undefined },
];

describe('the next launch', () => {
  test.each(times)('$name', ({ spec, zone = 'UTC', after, want }) => {
    const Periodic = {
      Enabled: true,
      Spec: spec,
      Specs: null,
      SpecType: 'cron',
      ProhibitOverlap: false,
      TimeZone: zone,
    };
    const next = nextLaunch({ Periodic } as never, Date.parse(after));
    expect(next === undefined ? undefined : new Date(next).toISOString()).toBe(want);
  });
});

describe('a periodic job', () => {
  test('is launched at its times, each once', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    cluster.react = () => ({ status: 'complete' });
    await cluster.register(aPeriodic('* * * * * * *'));
    const [first = 0, second] = await until('it was launched twice', () => {
      const found = launches(cluster);
      return found.length >= 2 ? found : undefined;
    });
    expect(second).toBe(first + 1);
    expect(cluster.allocs()).toEqual([]);
    await until('its child was placed', () => cluster.allocs(`j/periodic-${first}`).length === 1);
    await cluster.server.jobs.deregister('default', 'j', { purge: false });
  });

  test('makes up for times that went by while no server ran, once', async () => {
    const before = await aCluster({ skewMs: -5 * HOUR });
    await before.register(aPeriodic('0 * * * *'));
    await before.stop();
    const cluster = await aCluster({ path: before.path });
    await until('it was launched', () => launches(cluster).length === 1);
    await cluster.settled();
    expect(launches(cluster)).toHaveLength(1);
    expect(Math.abs((launches(cluster)[0] ?? 0) * 1000 - Date.now())).toBeLessThan(60_000);
    await cluster.stop();
    const again = await aCluster({ path: before.path });
    await again.settled();
    expect(launches(again)).toHaveLength(1);
  });

  test('with prohibit_overlap passes times over while the launch before is under way', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(aPeriodic('* * * * * * *', { ProhibitOverlap: true }));
    const first = await until('it was launched', () => launches(cluster)[0]);
    await until('two more times went by', () => Date.now() > (first + 2) * 1_000 + 500);
    expect(launches(cluster)).toEqual([first]);
    const [running] = cluster.live(`j/periodic-${first}`);
    await cluster.report(running as never, 'complete');
    const [, second = 0] = await until('it was launched again', () =>
      launches(cluster).length > 1 ? launches(cluster) : undefined,
    );
    expect(second).toBeGreaterThan(first + 2);
    await cluster.server.jobs.deregister('default', 'j', { purge: false });
  });

  test('knows after a restart that the launch before is over', async () => {
    const before = await aCluster({ skewMs: -5 * HOUR });
    await before.node('n1');
    before.react = () => ({ status: 'complete' });
    await before.register(aPeriodic('0 * * * *', { ProhibitOverlap: true }));
    await before.server.children.force('default', 'j');
    await until('it is over', () =>
      launches(before).every((n) => before.state.summaries.get('default', `j/periodic-${n}`)?.status === 'dead'),
    );
    await before.stop();
    const cluster = await aCluster({ path: before.path });
    await until('it was launched again', () => launches(cluster).length === 2);
  });

  test('that is stopped, or not enabled, is not launched', async () => {
    const cluster = await aCluster();
    await cluster.register(aPeriodic('* * * * * * *', { Enabled: false }));
    const began = Date.now();
    await until('a time went by', () => Date.now() > began + 1_200);
    expect(launches(cluster)).toEqual([]);
  });

  test('is launched after the disk was full', async () => {
    const cluster = await aCluster();
    await cluster.register(aPeriodic('* * * * * * *'));
    cluster.store.full = true;
    await until('a launch was refused', () => cluster.store.refused > 0);
    cluster.store.full = false;
    await until('it was launched', () => launches(cluster).length > 0);
    await cluster.server.jobs.deregister('default', 'j', { purge: false });
  });
});

test('what the servers refuse to launch, and why', async () => {
  const cluster = await aCluster();
  await cluster.register(aPeriodic('0 * * * *', { Enabled: false }));
  await expect(cluster.server.children.force('default', 'j')).rejects.toThrow('says enabled = false');
  await cluster.register(aPeriodic('0 * * * *'));
  await cluster.server.jobs.deregister('default', 'j', { purge: false });
  await expect(cluster.server.children.force('default', 'j')).rejects.toThrow('is stopped');
});

describe('a job that is parameterized and periodic', () => {
  test('launches nothing itself; what is dispatched of it does, with what it was given', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register({
      ...aPeriodic('* * * * * * *'),
      ParameterizedJob: { Payload: 'required', MetaRequired: ['who'], MetaOptional: null },
    });
    const payload = Buffer.from('report').toString('base64');
    const { id } = await cluster.server.children.dispatch('default', 'j', { payload, meta: { who: 'ann' } });
    const [run] = await until('what was dispatched launched a job', () => {
      const found = [...cluster.state.tables.jobs.by('parent', jobKey('default', id))];
      return found.length > 0 ? found : undefined;
    });
    expect(run).toMatchObject({ ParentID: id, Periodic: null, Payload: payload, Meta: { who: 'ann' } });
    expect(launches(cluster).filter(Number.isFinite)).toEqual([]);
    await expect(cluster.server.children.force('default', 'j')).rejects.toThrow('dispatch it');
    await cluster.server.jobs.deregister('default', id, { purge: false });
  });
});

describe('a parameterized job', () => {
  const parent = aService({
    Type: 'batch',
    ParameterizedJob: { Payload: 'optional', MetaRequired: ['who'], MetaOptional: ['why'] },
  });

  test('runs what is dispatched of it, and never itself', async () => {
    const cluster = await aCluster();
    await cluster.node('n1');
    await cluster.register(parent);
    const input = { payload: Buffer.from('hello').toString('base64'), meta: { who: 'me' } };
    const { id } = await cluster.server.children.dispatch('default', 'j', input);
    await until('the child runs', () => cluster.live(id).length === 1);
    expect(cluster.allocs()).toEqual([]);
    expect(cluster.state.tables.jobs.get(jobKey('default', id))).toMatchObject({
      ParentID: 'j',
      Dispatched: true,
      Payload: input.payload,
      Meta: { who: 'me' },
    });
  });

  const refusals: { name: string; input: { payload: string; meta: Record<string, string> }; want: string }[] = [
    {
      name: 'without meta that is required',
      input: { payload: '', meta: {} },
      want: 'did not provide required meta keys',
    },
    {
      name: 'with meta nobody knows',
      input: { payload: '', meta: { who: 'me', x: '1' } },
      want: 'unpermitted metadata keys: [x]',
    },
    {
      name: 'with a payload that is too large',
      input: { payload: Buffer.alloc(17_000).toString('base64'), meta: { who: 'me' } },
      want: 'Payload exceeds maximum size',
    },
  ];
  test.each(refusals)('refuses a dispatch $name', async ({ input, want }) => {
    const cluster = await aCluster();
    await cluster.register(parent);
    await expect(cluster.server.children.dispatch('default', 'j', input)).rejects.toThrow(want);
  });
});
