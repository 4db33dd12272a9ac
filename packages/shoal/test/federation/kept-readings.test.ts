import { expect, onTestFinished, test } from 'vitest';
import type { Looked } from '../../src/dns/view.ts';
import { createKeptReadings, type KeptReadings } from '../../src/federation/kept-readings.ts';
import { createRemote } from '../../src/federation/remote.ts';
import { httpInstance } from '../support/http-instance.ts';
import { until } from '../support/until.ts';

/** A place that tells of changes as Consul does: its value is given at once without an index or with an older one. */
async function place(options: { waits: boolean } = { waits: true }) {
  let index = 1;
  let value: unknown = 'first';
  let asked = 0;
  const waiting = new Set<() => void>();
  const instance = await httpInstance((request, response) => {
    asked += 1;
    const known = Number(new URL(request.url ?? '', 'http://x').searchParams.get('index'));
    const answer = () => {
      waiting.delete(answer);
      response.setHeader('x-consul-index', String(index));
      response.end(JSON.stringify(value));
    };
    response.once('close', () => waiting.delete(answer));
    if (options.waits && known === index) waiting.add(answer);
    else answer();
  });
  const now = () => performance.now();
  const address = `http://127.0.0.1:${instance.port}`;
  const remote = createRemote({ name: 'dc2', addresses: [address], token: undefined, tls: {}, now });
  const readings = createKeptReadings(remote, now);
  onTestFinished(() => {
    readings.forget();
    remote.close();
  });
  return {
    readings,
    instance,
    asked: () => asked,
    waiting: () => waiting.size,
    set(next: unknown) {
      value = next;
      index += 1;
      for (const answer of [...waiting]) answer();
    },
  };
}

const look = (readings: KeptReadings, path = '/x', blocks = true): Looked<string> =>
  readings.look({ path, read: (value) => (value === null ? undefined : String(value)), blocks });

/** What a look comes to when what is coming has come. */
async function come(readings: KeptReadings, path?: string): Promise<unknown> {
  const looked = look(readings, path);
  if (looked === 'unreachable' || !('coming' in looked)) return looked;
  await looked.coming;
  return look(readings, path);
}

test('what was asked for once is kept current, and asked for by nobody else', async () => {
  const { readings, asked, waiting, set } = await place();
  const [one, other] = [look(readings), look(readings)];
  // Both wait for the same.
  expect(one).toEqual(other);
  expect(await come(readings)).toEqual({ value: 'first' });
  await until('it waits over there', () => waiting() === 1);
  expect(asked()).toBe(2);
  set('second');
  await until('the change is here', () => JSON.stringify(look(readings)) === '{"value":"second"}');
  set(null);
  await until('it is gone', async () => JSON.stringify(await come(readings)) === '{}');
});

test('what is lost over there is not answered any more, and comes back', async () => {
  const { readings, instance, waiting } = await place();
  await come(readings);
  await until('it waits over there', () => waiting() === 1);
  const { port } = instance;
  await instance.kill();
  await until('it is not believed', async () => (await come(readings)) === 'unreachable');
  await httpInstance((_, response) => response.end('"back"'), port);
  await until('it is there again', async () => JSON.stringify(await come(readings)) === '{"value":"back"}');
});

test('forgetting ends what waits over there', async () => {
  const { readings, waiting } = await place();
  await come(readings);
  await until('it waits over there', () => waiting() === 1);
  readings.forget();
  await until('nobody waits', () => waiting() === 0);
  expect(look(readings)).toMatchObject({ coming: expect.any(Promise) });
});

test('a place that does not wait is not asked without a pause', async () => {
  const { readings, asked } = await place({ waits: false });
  await come(readings);
  await until('it was asked again', () => asked() === 2);
  for (let turn = 0; turn < 20; turn += 1) expect(await come(readings)).toEqual({ value: 'first' });
  expect(asked()).toBe(2);
});

test('any number of names is asked for only so many at a time, and so many are followed', async () => {
  const { readings, waiting } = await place();
  const names = Array.from({ length: 200 }, (_, at) => `/n${at}`);
  const looked = names.map((name) => look(readings, name));
  expect(looked.filter((one) => one === 'unreachable').length).toBe(200 - 64);
  await Promise.all(looked.map((one) => typeof one === 'object' && 'coming' in one && one.coming));
  for (const name of names) await come(readings, name);
  await until('no more than a hundred wait', () => waiting() === 100);
});

test('what cannot tell of changes is kept for a moment only', async () => {
  const { readings, asked, waiting } = await place();
  await (look(readings, '/q', false) as { coming: Promise<void> }).coming;
  expect(look(readings, '/q', false)).toEqual({ value: 'first' });
  expect([asked(), waiting()]).toEqual([1, 0]);
  await until('it is asked for anew', () => 'coming' in (look(readings, '/q', false) as object));
});
