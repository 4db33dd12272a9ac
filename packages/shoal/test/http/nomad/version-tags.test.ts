import { describe, expect, test } from 'vitest';
import { aService, changed } from '../../server/support/cluster.ts';
import { type Api, anApi } from './support/an-api.ts';

/** Of https://developer.hashicorp.com/nomad/api-docs/jobs, "Create job version tag" and its kin. */

type Versions = { Versions: { Version: number; VersionTag?: object }[]; Diffs: { Type: string }[] | null };

async function withVersions(count: number, id = 'j'): Promise<Api> {
  const api = await anApi();
  for (let n = 0; n < count; n++) await api.register({ ...changed(aService(), String(n)), ID: id, Name: id });
  return api;
}

const versions = async (api: Api, query = '', id = 'j') =>
  (await api.get(`/v1/job/${encodeURIComponent(id)}/versions${query}`)) as Versions;

describe('a tag', () => {
  test('is of one version, is shown with it, may be described anew, and goes', async () => {
    const api = await withVersions(2);
    const made = await api.ask('PUT', '/v1/job/j/versions/golden/tag', { Version: 0, Description: 'runs well' });
    expect(JSON.parse(made.text)).toMatchObject({ Name: 'golden', Description: 'runs well' });
    const tagOf = async (version: number) =>
      (await versions(api)).Versions.find(({ Version }) => Version === version)?.VersionTag;
    expect(await tagOf(0)).toMatchObject({ Name: 'golden', Description: 'runs well', TaggedTime: expect.any(Number) });
    expect(await tagOf(1)).toBeUndefined();
    await api.ask('POST', '/v1/job/j/versions/golden/tag', { Version: 0, Description: 'ran well' });
    expect(await tagOf(0)).toMatchObject({ Description: 'ran well' });
    expect((await api.ask('DELETE', '/v1/job/j/versions/golden/tag')).status).toBe(200);
    expect(await tagOf(0)).toBeUndefined();
  });

  test('is of the newest version unless it says another, and not of those that follow', async () => {
    const api = await withVersions(2);
    await api.ask('PUT', '/v1/job/j/versions/now/tag');
    await api.register(changed(aService(), 'more'));
    await api.server.jobs.revert('default', 'j', 1);
    const tagged = (await versions(api)).Versions.filter(({ VersionTag }) => VersionTag);
    expect(tagged.map(({ Version }) => Version)).toEqual([1]);
  });

  test('keeps its version', async () => {
    const api = await withVersions(1);
    await api.ask('PUT', '/v1/job/j/versions/first/tag');
    for (let n = 0; n < 12; n++) await api.register(changed(aService(), `more ${n}`));
    const kept = (await versions(api)).Versions.map(({ Version }) => Version);
    expect(kept).toContain(0);
    expect(kept).not.toContain(1);
  });

  test('may be that of a job whose id has slashes', async () => {
    const api = await withVersions(1, 'a/versions/b');
    const made = await api.ask('PUT', '/v1/job/a%2Fversions%2Fb/versions/x/tag');
    expect(made.status).toBe(200);
    expect((await versions(api, '', 'a/versions/b')).Versions[0]?.VersionTag).toMatchObject({ Name: 'x' });
  });

  // As everywhere in Nomad's API, what a server refuses is 500.
  const refusals: { name: string; path: string; body?: object; status: number; want: string }[] = [
    {
      name: 'of a job nobody knows',
      path: '/v1/job/none/versions/x/tag',
      status: 500,
      want: 'job "none" not found',
    },
    {
      name: 'of a version nobody knows',
      path: '/v1/job/j/versions/x/tag',
      body: { Version: 7 },
      status: 500,
      want: 'has no version 7',
    },
    {
      name: 'that another version has',
      path: '/v1/job/j/versions/taken/tag',
      body: { Version: 0 },
      status: 500,
      want: 'tag "taken" is that of version 1',
    },
    {
      name: 'with a number that is none',
      path: '/v1/job/j/versions/x/tag',
      body: { Version: 'one' },
      status: 400,
      want: 'Version must be the number of a version',
    },
  ];
  test.each(refusals)('$name is refused', async ({ path, body, status, want }) => {
    const api = await withVersions(2);
    await api.ask('PUT', '/v1/job/j/versions/taken/tag');
    expect(await api.ask('PUT', path, body)).toMatchObject({ status, text: expect.stringContaining(want) });
  });
});

describe('versions compared', () => {
  test('with the one before each, or with one that is named', async () => {
    const api = await withVersions(3);
    await api.ask('PUT', '/v1/job/j/versions/base/tag', { Version: 0 });
    expect((await versions(api, '?diffs=true')).Diffs).toHaveLength(2);
    const byTag = await versions(api, '?diffs=true&diff_tag=base');
    expect(byTag.Diffs).toHaveLength(2);
    expect(byTag.Diffs).toEqual((await versions(api, '?diffs=true&diff_version=0')).Diffs);
    expect(JSON.stringify(byTag.Diffs?.[0])).toContain('"Old":"0","New":"2"');
    const refused = await api.ask('GET', '/v1/job/j/versions?diffs=true&diff_tag=none');
    expect(refused).toMatchObject({ status: 400, text: 'no version has the tag "none"' });
  });
});
