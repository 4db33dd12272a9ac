import type { JobInput } from '@shoal/api';
import { expect, test } from 'vitest';
import { type Api, anApi } from './support/an-api.ts';

/** Of https://developer.hashicorp.com/nomad/api-docs/search#fuzzy-searching, by HTTP. */

const job = (ID: string, extra: object = {}): JobInput =>
  ({
    ...{ ID, Name: ID, Type: 'service', Datacenters: ['dc1'] },
    TaskGroups: [
      {
        Name: 'front',
        Services: [{ Name: 'py-http' }],
        Tasks: [{ Name: 'server', Driver: 'docker', Config: { image: 'library/python:3', command: 'run' } }],
      },
    ],
    ...extra,
  }) as JobInput;

async function search(api: Api, Text: string, Context = 'all', query = '') {
  const { status, text } = await api.ask('PUT', `/v1/search/fuzzy${query}`, { Text, Context });
  return status === 200 ? (JSON.parse(text) as { Matches: object; Truncations: object }) : { status, text };
}

test('finds a text anywhere in names, and says where the thing is', async () => {
  const api = await anApi();
  await api.node('11111111-1111-4111-8111-111111111111');
  await api.register(job('happy'));
  expect(await search(api, 'PY')).toMatchObject({
    Matches: {
      jobs: [{ ID: 'happy', Scope: ['default', 'happy'] }],
      services: [{ ID: 'py-http', Scope: ['default', 'happy', 'front'] }],
      images: [{ ID: 'library/python:3', Scope: ['default', 'happy', 'front', 'server'] }],
    },
    Truncations: { jobs: false, services: false, images: false },
  });
  expect(await search(api, 'serv', 'jobs')).toMatchObject({
    Matches: { tasks: [{ ID: 'server', Scope: ['default', 'happy', 'front'] }] },
  });
  expect(await search(api, 'fro')).toMatchObject({
    Matches: { groups: [{ ID: 'front', Scope: ['default', 'happy'] }] },
  });
  expect(await search(api, 'efau', 'namespaces')).toMatchObject({ Matches: { namespaces: [{ ID: 'default' }] } });
  expect(await search(api, 'all', 'node_pools')).toMatchObject({ Matches: { node_pools: [{ ID: 'all' }] } });
  expect(await search(api, 'nowhere')).toMatchObject({ Matches: {}, Truncations: {} });
});

test('gives the nearest to the beginning first, twenty at most, of one namespace or all', async () => {
  const api = await anApi();
  await api.server.namespaces.put({ Name: 'team', Description: '', Meta: null });
  for (const id of ['a-web', 'web-b', 'web-a']) await api.register(job(id));
  await api.register(job('web-team', { Namespace: 'team' }));
  const ids = async (query = '') => {
    const found = (await search(api, 'web', 'jobs', query)) as { Matches: { jobs: { ID: string }[] } };
    return found.Matches.jobs.map(({ ID }) => ID);
  };
  expect(await ids()).toEqual(['web-a', 'web-b', 'a-web']);
  expect(await ids('?namespace=*')).toEqual(['web-a', 'web-b', 'web-team', 'a-web']);
  for (let n = 0; n < 20; n += 1) await api.register(job(`web-${n + 10}`));
  expect(await ids()).toHaveLength(20);
  expect(await search(api, 'web', 'jobs')).toMatchObject({ Truncations: { jobs: true } });
});

test.each([
  ['a text of one character', { Text: 'x', Context: 'all' }, /at least 2 characters, got 1/],
  ['no text', { Context: 'all' }, /at least 2 characters, got 0/],
  ['an unknown context', { Text: 'xy', Context: 'zebras' }, /context must be one of .*zebras/],
  ['a text that is none', { Text: 7, Context: 'all' }, /at least 2 characters/],
])('refuses %s', async (_, body, reason) => {
  const api = await anApi();
  expect(await api.ask('POST', '/v1/search/fuzzy', body)).toMatchObject({
    status: 400,
    text: expect.stringMatching(reason),
  });
});
