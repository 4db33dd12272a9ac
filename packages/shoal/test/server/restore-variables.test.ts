import { expect, test } from 'vitest';
import { restoreVariables } from '../../src/server/restore-variables.ts';
import type { Api } from '../http/nomad/support/an-api.ts';
import { anApi } from '../http/nomad/support/an-api.ts';

const rowsOf = ({ state }: Api) =>
  [...state.snapshot()].flatMap(({ value, ...row }) => (value ? [{ ...row, value }] : []));
const put = (api: Api, path: string, Items: object) => api.ask('PUT', `/v1/var/${path}`, { Items });
const items = async (api: Api, path: string) => ((await api.get(`/v1/var/${path}`)) as { Items: object }).Items;

test('variables become what they were, also under another key; new ones stay, and locks are gone', async () => {
  const api = await anApi();
  await put(api, 'gone', { n: '1' });
  await put(api, 'changed', { n: '1' });
  await put(api, 'same', { n: '1' });
  await api.ask('PUT', '/v1/var/locked?lock-acquire', { Items: { n: '1' }, Lock: { TTL: '60s' } });
  const rows = rowsOf(api);
  await api.ask('DELETE', '/v1/var/gone');
  await put(api, 'changed', { n: '2' });
  await put(api, 'new', { n: '2' });
  await api.ask('PUT', '/v1/operator/keyring/rotate');
  const { ModifyIndex: same } = (await api.get('/v1/var/same')) as { ModifyIndex: number };

  expect(await restoreVariables(api.state, rows)).toBe(3);
  expect(await items(api, 'gone')).toEqual({ n: '1' });
  expect(await items(api, 'changed')).toEqual({ n: '1' });
  expect(await items(api, 'new')).toEqual({ n: '2' });
  expect(await api.get('/v1/var/same')).toMatchObject({ ModifyIndex: same, Items: { n: '1' } });
  expect((await put(api, 'locked', { n: '3' })).status).toBe(200);
  const keys = (await api.get('/v1/operator/keyring/keys')) as { State?: string; Active?: boolean }[];
  expect(keys).toHaveLength(2);
});

test('where the keyring has not the key, a restored variable says so', async () => {
  const there = await anApi();
  await put(there, 'a', { n: '1' });
  const here = await anApi();
  await put(here, 'b', { n: '1' });
  await restoreVariables(here.state, rowsOf(there));
  expect(await items(here, 'b')).toEqual({ n: '1' });
  expect(await here.ask('GET', '/v1/var/a')).toMatchObject({
    status: 500,
    text: expect.stringMatching(/key .*keyring\.json/),
  });
});
