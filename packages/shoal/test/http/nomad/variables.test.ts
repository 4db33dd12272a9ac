import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RootKey, Variable, VariableStub } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { tempDir } from '../../support/temp-dir.ts';
import { type Api, anApi } from './support/an-api.ts';

/** Of https://developer.hashicorp.com/nomad/api-docs/variables, by HTTP. */

async function put(api: Api, path: string, Items: Record<string, string>, query = '') {
  const { status, text, index } = await api.ask('PUT', `/v1/var/${path}${query}`, { Items });
  return { status, index, text, body: (text.startsWith('{') ? JSON.parse(text) : undefined) as Variable };
}

describe('a variable', () => {
  test('is written, read, listed, changed and deleted', async () => {
    const api = await anApi();
    const made = await put(api, 'app/db', { user: 'me', password: 'pässword' });
    expect(made).toMatchObject({ status: 200, body: { Namespace: 'default', Path: 'app/db' } });
    expect(made.body.Items).toEqual({ user: 'me', password: 'pässword' });
    expect(made.body).toMatchObject({ CreateIndex: made.index, ModifyIndex: made.index });
    expect(Object.keys(made.body)).not.toContain('Lock');
    expect(await api.get('/v1/var/app/db')).toEqual(made.body);

    const changed = await put(api, 'app/db', { user: 'you' });
    expect(changed.body).toMatchObject({ CreateIndex: made.index, CreateTime: made.body.CreateTime });
    expect(changed.body.ModifyIndex).toBeGreaterThan(made.index);

    const { Items, ...stub } = changed.body;
    expect(Items).toEqual({ user: 'you' });
    expect(await api.get('/v1/vars')).toEqual([stub]);

    const gone = await api.ask('DELETE', '/v1/var/app/db');
    expect(JSON.parse(gone.text)).toEqual({ Index: gone.index });
    expect(await api.ask('GET', '/v1/var/app/db')).toMatchObject({ status: 404, text: 'variable not found' });
    expect((await api.ask('DELETE', '/v1/var/app/db')).status).toBe(200);
  });

  test('is written only if it is as expected', async () => {
    const api = await anApi();
    const made = await put(api, 'a', { n: '1' }, '?cas=0');
    expect(made.status).toBe(200);
    for (const cas of ['0', '1', '999999']) {
      const conflict = await put(api, 'a', { n: '2' }, `?cas=${cas}`);
      expect(conflict).toMatchObject({ status: 409, body: made.body });
      expect(await api.ask('DELETE', `/v1/var/a?cas=${cas}`)).toMatchObject({ status: 409 });
    }
    const none = await put(api, 'b', { n: '2' }, '?cas=7');
    expect(none).toMatchObject({ status: 409, body: { Path: 'b', ModifyIndex: 0, Items: null } });
    expect((await put(api, 'a', { n: '2' }, `?cas=${made.index}`)).status).toBe(200);
    expect((await put(api, 'a', { n: '3' }, '?cas=x')).status).toBe(400);
    expect((await api.get('/v1/var/a')) as Variable).toMatchObject({ Items: { n: '2' } });
  });

  test.each([
    ['a path with a dot', 'a.b', { k: 'v' }, /invalid path "a\.b"/],
    ['a path with an @', 'a@b', { k: 'v' }, /invalid path/],
    ['a path of 129 letters', 'a'.repeat(129), { k: 'v' }, /up to 128/],
    ['a path that is kept', 'nomad/secret', { k: 'v' }, /reserved/],
    ['the top of those', 'nomad', { k: 'v' }, /reserved/],
    ['no items', 'a', {}, /missing required Items/],
    ['items of more than 64 KiB', 'a', { k: 'v'.repeat(65_536) }, /limited to 64KiB/],
    ['values that are no texts', 'a', { k: 1 as never }, /Items\.k/],
  ])('is not made of %s', async (_what, path, items, message) => {
    const api = await anApi();
    const { status, text } = await put(api, path, items);
    expect({ status, text }).toEqual({ status: 400, text: expect.stringMatching(message) });
    expect(await api.get('/v1/vars')).toEqual([]);
  });

  test('may be as large as is allowed, and is not made of nonsense', async () => {
    const api = await anApi();
    expect((await put(api, 'a', { k: 'v'.repeat(65_535) })).status).toBe(200);
    expect((await put(api, 'nomad/jobs', { k: 'v' })).status).toBe(200);
    expect((await put(api, 'nomad/jobs/web/group/task', { k: 'v' })).status).toBe(200);
    expect((await put(api, '~_-/A', { '': '', __proto__x: 'v' })).status).toBe(200);
    for (const body of ['', '[]', '{', '{"Items":[1]}'])
      expect((await fetch(`${api.url}/v1/var/b`, { method: 'PUT', body })).status).toBe(400);
    expect((await put(api, 'b', { k: 'v' }, '?namespace=none')).text).toContain('nonexistent namespace "none"');
  });

  test('belongs to a namespace: the parameter counts, then the body', async () => {
    const api = await anApi();
    for (const Name of ['one', 'two']) await api.ask('PUT', '/v1/namespace', { Name });
    await put(api, 'a', { in: 'one' }, '?namespace=one');
    await api.ask('PUT', '/v1/var/a', { Namespace: 'two', Items: { in: 'two' } });
    await put(api, 'a', { in: 'default' });
    const places = ((await api.get('/v1/vars?namespace=*')) as VariableStub[]).map(({ Namespace }) => Namespace);
    expect(places).toEqual(['default', 'one', 'two']);
    expect(await api.get('/v1/var/a?namespace=two')).toMatchObject({ Namespace: 'two', Items: { in: 'two' } });
    expect(await api.get('/v1/vars?namespace=one')).toHaveLength(1);
  });
});

test('a namespace with variables is not deleted', async () => {
  const api = await anApi();
  await api.ask('PUT', '/v1/namespace', { Name: 'one' });
  await put(api, 'a/b', { k: 'v' }, '?namespace=one');
  const refused = await api.ask('DELETE', '/v1/namespace/one');
  expect(refused).toMatchObject({ status: 500, text: expect.stringContaining('such as "a/b"') });
  await api.ask('DELETE', '/v1/var/a/b?namespace=one');
  expect((await api.ask('DELETE', '/v1/namespace/one')).status).toBe(200);
});

test('keys that are made at the same time are active one after the other', async () => {
  const api = await anApi();
  const rotate = () => api.ask('PUT', '/v1/operator/keyring/rotate');
  await Promise.all([put(api, 'a', { k: 'v' }), rotate(), put(api, 'b', { k: 'v' }), rotate(), rotate()]);
  const keys = (await api.get('/v1/operator/keyring/keys')) as RootKey[];
  expect(keys.filter(({ State }) => State === 'active')).toHaveLength(1);
  for (const path of ['a', 'b']) expect(await api.get(`/v1/var/${path}`)).toMatchObject({ Items: { k: 'v' } });
});

describe('lists of variables', () => {
  test('have a prefix, pages and filters', async () => {
    const api = await anApi();
    for (const path of ['a/1', 'a/2', 'a/3', 'b/1']) await put(api, path, { k: 'v' });
    const paths = async (query: string) => ((await api.get(`/v1/vars${query}`)) as VariableStub[]).map((v) => v.Path);
    expect(await paths('?prefix=a/')).toEqual(['a/1', 'a/2', 'a/3']);
    expect(await paths(`?filter=${encodeURIComponent('Path matches "1$"')}`)).toEqual(['a/1', 'b/1']);
    const first = await fetch(`${api.url}/v1/vars?per_page=3`);
    const next = first.headers.get('x-nomad-nexttoken') ?? '';
    expect(((await first.json()) as VariableStub[]).map(({ Path }) => Path)).toEqual(['a/1', 'a/2', 'a/3']);
    expect(await paths(`?next_token=${encodeURIComponent(next)}`)).toEqual(['b/1']);
  });

  test('are searched by their paths', async () => {
    const api = await anApi();
    for (const path of ['app/db', 'app/web', 'other']) await put(api, path, { k: 'v' });
    const search = async (Prefix: string, Context: string) =>
      JSON.parse((await api.ask('PUT', '/v1/search', { Prefix, Context })).text).Matches;
    expect(await search('app', 'vars')).toEqual({ vars: ['app/db', 'app/web'] });
    expect(await search('def', 'node_pools')).toEqual({ node_pools: ['default'] });
    expect(await search('app', 'all')).not.toHaveProperty('vars');
  });

  test('and variables can be waited for', async () => {
    const api = await anApi();
    const { index } = await put(api, 'a', { n: '1' });
    const waiting = api.ask('GET', `/v1/var/a?index=${index}&wait=30s`);
    const listing = api.ask('GET', `/v1/vars?index=${index}&wait=30s`);
    const other = await put(api, 'other', { n: '1' });
    expect((await listing).index).toBe(other.index);
    const changed = await put(api, 'a', { n: '2' });
    expect(await waiting).toMatchObject({ index: changed.index });
    const gone = api.ask('GET', `/v1/var/a?index=${changed.index}&wait=30s`);
    await api.ask('DELETE', '/v1/var/a');
    expect((await gone).status).toBe(404);
  });
});

describe('a lock', () => {
  const lock = (api: Api, verb: string, body: object) => api.ask('PUT', `/v1/var/app/leader?lock-${verb}`, body);

  test('keeps all but its holder from writing', async () => {
    const api = await anApi();
    const got = await lock(api, 'acquire', { Lock: { TTL: '20s' }, Items: { who: 'a' } });
    const { Lock, ...made } = JSON.parse(got.text);
    expect(Lock).toEqual({ ID: expect.stringMatching(/^[0-9a-f-]{36}$/), TTL: '20s', LockDelay: '15s' });
    expect(made.Items).toEqual({ who: 'a' });

    const read = (await api.get('/v1/var/app/leader')) as Variable;
    expect(read.Lock).toEqual({ TTL: '20s', LockDelay: '15s' });
    expect(await put(api, 'app/leader', { who: 'b' })).toMatchObject({ status: 409, body: { Items: { who: 'a' } } });
    expect((await lock(api, 'acquire', {})).status).toBe(409);
    expect((await lock(api, 'renew', { Lock: { ID: 'x' } })).status).toBe(409);
    expect((await lock(api, 'release', { Lock: { ID: 'x' } })).status).toBe(409);
    expect((await api.ask('DELETE', '/v1/var/app/leader')).status).toBe(409);

    const { ID } = Lock;
    const renewed = JSON.parse((await lock(api, 'renew', { Lock: { ID } })).text);
    expect(renewed).toMatchObject({ Lock, ModifyIndex: made.ModifyIndex });
    expect(renewed.Items).toBeUndefined();
    expect((await lock(api, 'acquire', { Lock: { ID }, Items: { who: 'A' } })).status).toBe(200);
    expect((await api.ask('PUT', '/v1/var/app/leader', { Lock: { ID }, Items: { who: 'AA' } })).status).toBe(200);
    expect((await lock(api, 'acquire', { Lock: { ID, TTL: '30s' } })).status).toBe(400);
    expect((await lock(api, 'release', { Lock: { ID }, Items: { who: 'x' } })).status).toBe(400);

    const freed = JSON.parse((await lock(api, 'release', { Lock: { ID } })).text);
    expect(freed.Lock).toBeUndefined();
    expect(await put(api, 'app/leader', { who: 'b' })).toMatchObject({ status: 200 });
  });

  test('may be of a variable without items, and lasts between 10 s and 24 h', async () => {
    const api = await anApi();
    for (const Lock of [{ TTL: '9s' }, { LockDelay: '25h' }, { TTL: 'soon' }])
      expect((await lock(api, 'acquire', { Lock })).status).toBe(400);
    expect((await lock(api, 'renew', {})).text).toContain('missing lock ID');
    expect((await api.ask('PUT', '/v1/var/a?lock-acquire&lock-renew', {})).status).toBe(400);
    expect((await lock(api, 'acquire', {})).status).toBe(200);
    expect(await api.get('/v1/var/app/leader')).toMatchObject({ Items: {} });
  });
});

describe('on the disk', () => {
  const everything = (dir: string) =>
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
      .join('');

  test('there is no plain text, and a server that starts again reads what was written', async () => {
    const path = await tempDir();
    const api = await anApi({ path });
    const { body } = await put(api, 'app/db', { 'the-item-name': 'the-secret-value' });
    expect(statSync(join(path, 'keyring.json')).mode & 0o777).toBe(0o600);
    await api.stop();
    const held = everything(path);
    expect(held).toContain('app/db');
    expect(held).not.toContain('the-secret-value');
    expect(held).not.toContain('the-item-name');
    const again = await anApi({ path });
    expect(await again.get('/v1/var/app/db')).toEqual(body);
  });

  test('without the keyring variables are there, and cannot be read', async () => {
    const path = await tempDir();
    const api = await anApi({ path });
    await put(api, 'app/db', { k: 'v' });
    await api.stop();
    rmSync(join(path, 'keyring.json'));
    const again = await anApi({ path });
    expect(await again.get('/v1/vars')).toHaveLength(1);
    const failed = await again.ask('GET', '/v1/var/app/db');
    expect(failed).toMatchObject({ status: 500, text: expect.stringContaining('keyring.json') });
    expect(failed.text).toContain('backup');
    await again.ask('PUT', '/v1/operator/keyring/rotate');
    expect(await put(again, 'app/db', { k: 'new' })).toMatchObject({ status: 200 });
  });

  test('keys are listed, rotated and removed', async () => {
    const api = await anApi();
    expect(await api.get('/v1/operator/keyring/keys')).toEqual([]);
    await put(api, 'a', { k: 'v' });
    const [first] = (await api.get('/v1/operator/keyring/keys')) as [RootKey];
    expect(first).toMatchObject({ Algorithm: 'aes256-gcm', State: 'active' });
    const remove = (id: string) => api.ask('DELETE', `/v1/operator/keyring/key/${id}`);
    expect((await remove(first.KeyID)).text).toContain('active');
    await api.ask('PUT', '/v1/operator/keyring/rotate');
    expect((await remove(first.KeyID)).text).toContain('1 variables');
    const { Key } = JSON.parse((await api.ask('PUT', '/v1/operator/keyring/rotate?full=true')).text) as {
      Key: RootKey;
    };
    expect(Key.State).toBe('active');
    expect((await remove(first.KeyID)).status).toBe(200);
    expect((await remove(first.KeyID)).status).toBe(500);
    expect(await api.get('/v1/var/a')).toMatchObject({ Items: { k: 'v' } });
    const states = ((await api.get('/v1/operator/keyring/keys')) as RootKey[]).map(({ State }) => State);
    expect(states.sort()).toEqual(['active', 'inactive']);
  });
});
