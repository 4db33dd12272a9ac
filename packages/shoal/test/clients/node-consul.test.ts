import { once } from 'node:events';
import { createRequire } from 'node:module';
import type ConsulClient from 'consul';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { httpInstance } from '../support/http-instance.ts';
import { until } from '../support/until.ts';

// The npm package "consul", as programs of users have it, against a real agent.

const Consul = createRequire(import.meta.url)('consul') as typeof ConsulClient;

/** What this client makes of the answer `false`. */
const REFUSED = undefined;

let agent: TestAgent;
let consul: ConsulClient;
beforeAll(async () => {
  agent = await prepareAgent({ dev: true });
  await agent.start();
  consul = new Consul({ host: '127.0.0.1', port: agent.ports.consulHttp });
}, 120_000);
afterAll(() => agent.dispose());

type Healthy = { Service: { ID: string; Port: number }; Checks: { CheckID: string; Status: string }[] }[];

const passing = async (service: string) =>
  ((await consul.health.service({ service, passing: true })) as Healthy).map(({ Service }) => Service.ID);

describe('services and checks', () => {
  test('one registers with an HTTP check, is found while it passes, and goes', async () => {
    let status = 200;
    const instance = await httpInstance((_, response) => void response.writeHead(status).end('hello'));
    await consul.agent.service.register({
      name: 'shop',
      id: 'shop-1',
      tags: ['blue'],
      port: instance.port,
      meta: { version: '3' },
      check: { http: `http://127.0.0.1:${instance.port}/`, interval: '100ms', timeout: '5s' },
    } as never);
    expect(await consul.agent.service.list()).toMatchObject({
      'shop-1': { Service: 'shop', Tags: ['blue'], Port: instance.port, Meta: { version: '3' } },
    });
    await until('it passes', async () => (await passing('shop')).includes('shop-1'));
    expect(await consul.catalog.service.list()).toMatchObject({ shop: ['blue'] });
    expect(await consul.catalog.service.nodes('shop')).toMatchObject([
      { ServiceID: 'shop-1', ServicePort: instance.port },
    ]);
    status = 500;
    await until('it fails', async () => (await passing('shop')).length === 0);
    expect(await consul.health.state('critical')).toMatchObject([{ ServiceID: 'shop-1', Status: 'critical' }]);
    await consul.agent.service.deregister('shop-1');
    expect(await consul.health.service('shop')).toEqual([]);
  });

  test('a TTL check goes where it is told', async () => {
    await consul.agent.service.register({ name: 'worker', check: { ttl: '1m' } } as never);
    onTestFinished(() => consul.agent.service.deregister('worker'));
    expect(await passing('worker')).toEqual([]);
    const statuses = [];
    for (const verb of ['pass', 'warn', 'fail'] as const) {
      await consul.agent.check[verb]({ id: 'service:worker', note: verb });
      statuses.push((await consul.agent.check.list())['service:worker']);
    }
    expect(statuses).toMatchObject([
      { Status: 'passing', Output: 'pass' },
      { Status: 'warning', Output: 'warn' },
      { Status: 'critical', Output: 'fail' },
    ]);
  });

  test('maintenance takes a service away and gives it back', async () => {
    await consul.agent.service.register({ name: 'mended', port: 1 } as never);
    onTestFinished(() => consul.agent.service.deregister('mended'));
    expect(await passing('mended')).toEqual(['mended']);
    await consul.agent.service.maintenance({ id: 'mended', enable: true, reason: 'new disk' });
    expect(await passing('mended')).toEqual([]);
    await consul.agent.service.maintenance({ id: 'mended', enable: false });
    expect(await passing('mended')).toEqual(['mended']);
  });
});

describe('keys', () => {
  test('are set, read, listed and deleted', async () => {
    expect(await consul.kv.set('app/motto', 'dos & donts: 10 %')).toBe(true);
    expect(await consul.kv.set({ key: 'app/flagged', value: Buffer.from([0, 255]), flags: 42 })).toBe(true);
    expect(await consul.kv.get('app/motto')).toMatchObject({ Key: 'app/motto', Value: 'dos & donts: 10 %', Flags: 0 });
    expect(await consul.kv.keys('app/')).toEqual(['app/flagged', 'app/motto']);
    expect(await consul.kv.get({ key: 'app/', recurse: true })).toHaveLength(2);
    await consul.kv.del({ key: 'app/', recurse: true });
    expect(await consul.kv.get('app/motto')).toBeUndefined();
  });

  test('compare and set takes one of two writers', async () => {
    await consul.kv.set('counter', '1');
    const found = (await consul.kv.get('counter')) as { ModifyIndex: number };
    const write = (value: string) => consul.kv.set({ key: 'counter', value, cas: found.ModifyIndex });
    expect([await write('2'), await write('3')]).toEqual([true, REFUSED]);
    expect(await consul.kv.get('counter')).toMatchObject({ Value: '2' });
  });

  test('a transaction is all or nothing', async () => {
    const set = (Key: string, Value: string) => ({
      KV: { Verb: 'set', Key, Value: Buffer.from(Value).toString('base64') },
    });
    await consul.transaction.create([set('both/a', '1'), set('both/b', '2')] as never);
    expect(await consul.kv.keys('both/')).toEqual(['both/a', 'both/b']);
    const impossible = { KV: { Verb: 'check-index', Key: 'both/a', Index: 1 } };
    await expect(consul.transaction.create([set('both/c', '3'), impossible] as never)).rejects.toThrow(/conflict/i);
    expect(await consul.kv.keys('both/')).toEqual(['both/a', 'both/b']);
  });
});

describe('locks', () => {
  test('one session has a key at a time, and lets it go when it ends', async () => {
    const session = () => consul.session.create({ ttl: '30s', lockdelay: '1s', behavior: 'release' });
    const [first, second] = [await session(), await session()];
    const acquire = ({ ID }: { ID: string }) => consul.kv.set({ key: 'leader', value: ID, acquire: ID });
    expect([await acquire(first), await acquire(second)]).toEqual([true, REFUSED]);
    expect(await consul.kv.get('leader')).toMatchObject({ Session: first.ID, Value: first.ID });
    expect(await consul.session.renew(first.ID)).toMatchObject([{ ID: first.ID, TTL: '30s' }]);
    expect(await consul.kv.set({ key: 'leader', value: '', release: first.ID })).toBe(true);
    expect(await acquire(second)).toBe(true);
    await consul.session.destroy(second.ID);
    expect(await consul.kv.get('leader')).not.toHaveProperty('Session');
    expect(await acquire(first)).toBe(REFUSED);
    await until('the lock delay is over', () => acquire(first));
    await consul.session.destroy(first.ID);
  });
});

describe('watches', () => {
  function watched(method: (...args: never[]) => unknown, options: Record<string, string>) {
    const watch = consul.watch({ method: method as () => unknown, options: { wait: '60s', ...options } });
    const seen: unknown[] = [];
    watch.on('change', (data: unknown) => seen.push(data));
    watch.on('error', (error: Error) => seen.push(error));
    onTestFinished(() => watch.end());
    return { seen, first: () => once(watch, 'change', { signal: AbortSignal.timeout(10_000) }) };
  }

  test('a key: one change for each write, none for writes to others', async () => {
    await consul.kv.set('lamp', 'off');
    const { seen, first } = watched(consul.kv.get, { key: 'lamp' });
    await first();
    for (const value of ['on', 'off', 'dim']) {
      await consul.kv.set('elsewhere', value);
      await consul.kv.set('lamp', value);
      await until(value, () => JSON.stringify(seen.at(-1)).includes(`"Value":"${value}"`));
    }
    expect(seen).toMatchObject([{ Value: 'off' }, { Value: 'on' }, { Value: 'off' }, { Value: 'dim' }]);
  });

  test('the health of a service', async () => {
    const { seen, first } = watched(consul.health.service, { service: 'tide', passing: 'true' });
    await first();
    const ids = () => (seen.at(-1) as Healthy).map(({ Service }) => Service.ID).sort();
    expect(ids()).toEqual([]);
    for (const id of ['tide-1', 'tide-2']) await consul.agent.service.register({ name: 'tide', id, port: 1 } as never);
    await until('both are there', () => ids().join() === 'tide-1,tide-2');
    await consul.agent.service.deregister('tide-1');
    await until('one is left', () => ids().join() === 'tide-2');
    await consul.agent.service.deregister('tide-2');
    await until('none is left', () => ids().length === 0);
    expect(seen.some((one) => one instanceof Error)).toBe(false);
  });
});

test('events and the agent itself', async () => {
  const fired = (await consul.event.fire('deploy', '2026-11')) as { ID: string };
  await until('it was heard', async () => {
    const events = (await consul.event.list('deploy')) as { ID: string }[];
    return events.some(({ ID }) => ID === fired.ID);
  });
  expect(await consul.agent.members()).toHaveLength(1);
  expect(await consul.agent.self()).toMatchObject({ Config: { Datacenter: 'dc1', Server: true } });
  expect(await consul.status.leader()).toMatch(/^127\.0\.0\.1:\d+$/);
});
