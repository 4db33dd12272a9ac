import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { aService } from '../../server/support/cluster.ts';
import { until } from '../../support/until.ts';
import { type Api, anApi } from './support/an-api.ts';

async function register(api: Api, ...ids: string[]): Promise<void> {
  for (const ID of ids) await api.ask('PUT', '/v1/jobs', { Job: aService({ ID, Name: ID }) });
}

describe('search', () => {
  test('gives twenty of a kind and says that there are more', async () => {
    const api = await anApi();
    await register(api, ...Array.from({ length: 21 }, (_, n) => `job-${String(n).padStart(2, '0')}`), 'other');
    const found = JSON.parse((await api.ask('PUT', '/v1/search', { Prefix: 'job-', Context: 'jobs' })).text);
    expect(found.Matches.jobs).toHaveLength(20);
    expect(found.Truncations.jobs).toBe(true);
  });

  test('finds ids by any part of their beginning', async () => {
    const api = await anApi();
    const id = randomUUID();
    await api.node(id);
    for (const length of [1, 7, 8, 9, 36]) {
      const { text } = await api.ask('PUT', '/v1/search', { Prefix: id.slice(0, length), Context: 'nodes' });
      expect(JSON.parse(text).Matches.nodes).toEqual([id]);
    }
  });
});

describe('a job that was purged and registered anew', () => {
  test('has nothing of the former one, unless all is asked for', async () => {
    const api = await anApi();
    await api.node(randomUUID());
    const count = async (path: string) => ((await api.get(`/v1/job/a/${path}`)) as unknown[]).length;
    const counts = async () => [await count('allocations'), await count('allocations?all=true')];
    await register(api, 'a');
    await until('it runs', () => api.live('a').length === 1);
    await api.ask('DELETE', '/v1/job/a?purge=true');
    await until('it has ended', () => api.live('a').length === 0);
    expect(await counts()).toEqual([1, 1]);
    const deployments = await count('deployments');
    await register(api, 'a');
    await until('the new one runs', () => api.live('a').length === 1);
    expect(await counts()).toEqual([1, 2]);
    expect(await count('deployments?all=true')).toBe((await count('deployments')) + deployments);
  });
});

describe('a blocking query', () => {
  test('on a job is not woken by another job', async () => {
    const api = await anApi();
    await register(api, 'a', 'b');
    await api.settled();
    const { index } = await api.ask('GET', '/v1/job/a');
    const waiting = api.ask('GET', `/v1/job/a?index=${index}&wait=5s`);
    let woken = false;
    void waiting.then(() => {
      woken = true;
    });
    await until('it waits', () => api.state.waiting() > 0);
    await register(api, 'b', 'c');
    await api.settled();
    expect(woken).toBe(false);
    await api.ask('DELETE', '/v1/job/a');
    expect((await waiting).index).toBeGreaterThan(index);
  });
});

function deletion(key: string) {
  return { kind: 'delete', table: 'catalogServices', key } as const;
}

describe('the event stream', () => {
  test('tells of what is asked for, and of nothing else', async () => {
    const api = await anApi();
    await register(api, 'a');
    await api.settled();
    const from = api.state.index() + 1;
    const aborter = new AbortController();
    const response = await fetch(`${api.url}/v1/event/stream?topic=Job:b&index=${from}`, { signal: aborter.signal });
    await register(api, 'a', 'b');
    let text = '';
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString();
      if (text.includes('JobRegistered')) break;
    }
    aborter.abort();
    const events = text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line).Events ?? [])));
    expect(events.map(({ Topic, Type, Key }) => [Topic, Type, Key])).toEqual([['Job', 'JobRegistered', 'b']]);
    expect(events[0].Payload.Job.ID).toBe('b');
  });

  test("tells of Nomad's own services as they come and go", async () => {
    const api = await anApi();
    await api.node(randomUUID());
    await register(api, 'a');
    const [alloc] = await until('it is placed', () => api.live('a').length === 1 && api.live('a'));
    const row = (ServiceID: string, ServiceName: string) => ({
      ...{ Node: 'n', ServiceID, ServiceName, ServiceKind: '', ServiceTags: ['t'], ServiceAddress: '10.0.0.1' },
      ...{ ServiceWeights: { Passing: 1, Warning: 1 }, ServiceMeta: {}, ServicePort: 80 },
      ServiceEnableTagOverride: false,
    });
    const own = { ...row('_nomad-task-1', 'web'), NomadAllocID: alloc?.ID };
    const put = (value: { ServiceID: string }) => ({
      ...{ kind: 'put', table: 'catalogServices', key: `n/${value.ServiceID}`, value },
    });
    const from = api.state.index() + 1;
    await api.state.commit({ ops: [put(own) as never, put(row('other', 'other')) as never] });
    expect(await api.get('/v1/service/web')).toMatchObject([{ ID: own.ServiceID, JobID: 'a', Address: '10.0.0.1' }]);
    await api.state.commit({ ops: ['_nomad-task-1', 'other'].map((id) => deletion(`n/${id}`)) });
    expect(await api.get('/v1/service/web')).toEqual([]);

    const aborter = new AbortController();
    const response = await fetch(`${api.url}/v1/event/stream?topic=Service:web&index=${from}`, {
      signal: aborter.signal,
    });
    let text = '';
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString();
      if (text.includes('ServiceDeregistration')) break;
    }
    aborter.abort();
    const events = text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line).Events ?? [])));
    expect(events.map(({ Type, Key }) => [Type, Key])).toEqual([
      ['ServiceRegistration', own.ServiceID],
      ['ServiceDeregistration', own.ServiceID],
    ]);
    expect(events[1].Payload.Service).toMatchObject({ ServiceName: 'web', AllocID: alloc?.ID, Tags: ['t'] });
  });
});

describe('a node', () => {
  test('that is purged is forgotten; what it ran is placed elsewhere', async () => {
    const api = await anApi();
    const [first, second] = [randomUUID(), randomUUID()];
    await api.node(first);
    await register(api, 'a');
    await until('it runs', () => api.live('a').length === 1);
    api.silent.add(first);
    await api.node(second);
    expect((await api.ask('PUT', `/v1/node/${first}/purge`)).status).toBe(200);
    await until('it runs on the other', () => api.live('a').some(({ NodeID }) => NodeID === second));
    expect((await api.ask('GET', `/v1/node/${first}`)).status).toBe(404);
  });
});

const refusals: { name: string; method: string; path: string; body?: unknown; status: number; want: string }[] = [
  {
    name: 'a job in an unknown namespace',
    method: 'PUT',
    path: '/v1/jobs',
    body: { Job: aService({ Namespace: 'no' }) },
    status: 500,
    want: 'nonexistent namespace "no"',
  },
  {
    name: 'a count that is text',
    method: 'PUT',
    path: '/v1/job/a/scale',
    body: { Count: '2', Target: { Group: 'g' } },
    status: 400,
    want: 'Count',
  },
  { name: 'a search for nothing', method: 'PUT', path: '/v1/search', status: 400, want: 'must be specified' },
  {
    name: 'a drain of an unknown node',
    method: 'PUT',
    path: `/v1/node/${randomUUID()}/drain`,
    body: {},
    status: 500,
    want: 'node not found',
  },
  {
    name: 'a drain of nonsense',
    method: 'PUT',
    path: '/v1/node/x/drain',
    body: {},
    status: 500,
    want: 'UUID must be 36 characters',
  },
  {
    name: 'a deadline of nonsense',
    method: 'PUT',
    path: `/v1/node/${randomUUID()}/drain`,
    body: { DrainSpec: { Deadline: 'soon' } },
    status: 400,
    want: 'invalid duration',
  },
  {
    name: 'a promotion of another deployment than the path says',
    method: 'PUT',
    path: `/v1/deployment/promote/${randomUUID()}`,
    body: { DeploymentID: randomUUID() },
    status: 400,
    want: 'does not match',
  },
];

describe('refused is', () => {
  test.each(refusals)('$name', async ({ method, path, body, status, want }) => {
    const api = await anApi();
    const answer = await api.ask(method, path, body);
    expect(answer.text).toContain(want);
    expect(answer.status).toBe(status);
  });
});
