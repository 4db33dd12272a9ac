import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { deregisterService, put, registerService } from './register.ts';

// Programs that no package of Debian has are stood for by the requests that their documentation and issues show them to make.

let agent: TestAgent;
beforeAll(async () => {
  agent = await prepareAgent({ dev: true });
  await agent.start();
}, 120_000);
afterAll(() => agent.dispose());

type Answer = { status: number; headers: Headers; index: string; body: unknown };

async function get(path: string): Promise<Answer> {
  const answer = await fetch(agent.consulUrl + path, { signal: AbortSignal.timeout(20_000) });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.startsWith('application/json');
  const index = answer.headers.get('x-consul-index') ?? '';
  return {
    status: answer.status,
    headers: answer.headers,
    index,
    body: isJson && text !== '' ? JSON.parse(text) : text,
  };
}

describe('Fabio', () => {
  test('registers itself with a check, and goes by its id', async () => {
    const own = { ID: 'fabio-box-9998', Name: 'fabio', Address: '127.0.0.1', Port: 9998, Tags: [] };
    const Check = {
      HTTP: 'http://127.0.0.1:9998/health',
      Interval: '1s',
      Timeout: '3s',
      DeregisterCriticalServiceAfter: '90m',
    };
    await registerService(agent, { ...own, Check });
    expect((await get('/v1/agent/services')).body).toMatchObject({
      'fabio-box-9998': { Service: 'fabio', Port: 9998 },
    });
    await deregisterService(agent, 'fabio-box-9998');
    expect((await get('/v1/agent/services')).body).not.toHaveProperty('fabio-box-9998');
  });

  test('follows all checks, then asks for each service with its prefix', async () => {
    const before = await get('/v1/health/state/any?consistent');
    const change = get(`/v1/health/state/any?consistent=&index=${before.index}&wait=60000ms`);
    const Check = { TTL: '10m', Status: 'passing' };
    await registerService(agent, { ID: 'shop-1', Name: 'shop', Port: 8080, Tags: ['urlprefix-/shop'], Check });
    const after = await change;
    expect(Number(after.index)).toBeGreaterThan(Number(before.index));
    expect(after.body).toContainEqual(
      expect.objectContaining({
        ServiceID: 'shop-1',
        ServiceName: 'shop',
        Status: 'passing',
        ServiceTags: ['urlprefix-/shop'],
      }),
    );
    expect((await get('/v1/catalog/service/shop?consistent')).body).toMatchObject([
      {
        ServiceID: 'shop-1',
        ServicePort: 8080,
        ServiceTags: ['urlprefix-/shop'],
        Node: expect.any(String),
        Address: '127.0.0.1',
      },
    ]);
    expect((await get('/v1/agent/self')).body).toMatchObject({ Config: { Datacenter: 'dc1' } });
    await deregisterService(agent, 'shop-1');
  });

  test('reads its own routes from keys, and hears of changes', async () => {
    const missing = await get('/v1/kv/fabio/config?recurse=&consistent=');
    expect(missing.status).toBe(404);
    const change = get(`/v1/kv/fabio/config?recurse=&index=${missing.index}&wait=60000ms`);
    const answer = await fetch(`${agent.consulUrl}/v1/kv/fabio/config`, { method: 'PUT', body: 'route del shop' });
    expect(answer.status).toBe(200);
    expect((await change).body).toMatchObject([
      { Key: 'fabio/config', Value: Buffer.from('route del shop').toString('base64') },
    ]);
  });
});

describe('Traefik', () => {
  beforeAll(async () => {
    const Tags = ['traefik.enable=true', 'traefik.http.routers.blog.rule=Host(`blog.example.org`)'];
    await registerService(agent, {
      ID: 'blog-1',
      Name: 'blog',
      Port: 80,
      Tags,
      Check: { TTL: '10m', Status: 'passing' },
    });
    await registerService(agent, {
      ID: 'blog-2',
      Name: 'blog',
      Port: 81,
      Tags,
      Check: { TTL: '10m', Status: 'warning' },
    });
  });

  test.each(['', '?stale', '?consistent', '?cached'])('lists services and their tags %s', async (mode) => {
    const { body } = await get(`/v1/catalog/services${mode}`);
    expect((body as Record<string, string[]>)['blog']?.toSorted()).toEqual([
      'traefik.enable=true',
      'traefik.http.routers.blog.rule=Host(`blog.example.org`)',
    ]);
  });

  const ids = (body: unknown) => (body as { Service: { ID: string } }[]).map(({ Service }) => Service.ID).sort();

  test.each(['stale=', 'consistent=', 'cached=', 'stale=&cached=', 'dc=dc1', ''])(
    'finds instances with their checks (%s)',
    async (mode) => {
      const all = await get(`/v1/health/service/blog?${mode}`);
      expect(ids(all.body)).toEqual(['blog-1', 'blog-2']);
      expect(all.body).toContainEqual(
        expect.objectContaining({
          Node: expect.objectContaining({ Address: '127.0.0.1', Datacenter: 'dc1' }),
          Checks: expect.arrayContaining([expect.objectContaining({ CheckID: 'service:blog-2', Status: 'warning' })]),
        }),
      );
      expect(ids((await get(`/v1/health/service/blog?passing=1&${mode}`)).body)).toEqual(['blog-1']);
    },
  );

  test('a filter narrows them down', async () => {
    const filter = encodeURIComponent('"traefik.enable=true" in Service.Tags and Service.Port == 81');
    expect(ids((await get(`/v1/health/service/blog?filter=${filter}`)).body)).toEqual(['blog-2']);
  });

  test('the cache says so', async () => {
    await get('/v1/health/service/blog?cached');
    const { headers } = await get('/v1/health/service/blog?cached');
    expect([headers.get('x-cache'), headers.get('age')]).toEqual(['HIT', '0']);
  });

  test('a mesh is not there, in words that it understands', async () => {
    expect(await get('/v1/health/connect/blog')).toMatchObject({ status: 200, body: [] });
    const roots = await get('/v1/agent/connect/ca/roots');
    expect(roots.status).toBe(500);
    expect(String(roots.body)).toMatch(/Connect/);
  });
});

describe('consul-template', () => {
  test('asks with waits in milliseconds, and is answered when something changes', async () => {
    await registerService(agent, { ID: 'api-1', Name: 'api', Port: 80 });
    const before = await get('/v1/health/service/api?passing=1&stale=&wait=60000ms');
    expect(before.headers.get('x-consul-lastcontact')).toBe('0');
    const change = get(`/v1/health/service/api?passing=1&stale=&index=${before.index}&wait=60000ms`);
    await registerService(agent, { ID: 'api-2', Name: 'api', Port: 81 });
    expect((await change).body).toHaveLength(2);
    await put(agent, '/v1/agent/service/maintenance/api-1?enable=true');
    expect((await get('/v1/health/service/api?passing=1&stale=')).body).toHaveLength(1);
  });

  test('reads keys, prefixes and lists of nodes, services and datacenters', async () => {
    await fetch(`${agent.consulUrl}/v1/kv/site/title`, { method: 'PUT', body: 'Blog' });
    expect((await get('/v1/kv/site/title?stale=&wait=60000ms')).body).toMatchObject([{ Value: 'QmxvZw==' }]);
    expect((await get('/v1/kv/site/?recurse=&stale=&wait=60000ms')).body).toHaveLength(1);
    expect((await get('/v1/kv/site/?keys=&separator=/&stale=')).body).toEqual(['site/title']);
    expect((await get('/v1/catalog/nodes?stale=&near=_agent')).body).toHaveLength(1);
    expect((await get('/v1/catalog/services?stale=&wait=60000ms')).body).toHaveProperty('consul');
    expect((await get('/v1/catalog/datacenters')).body).toEqual(['dc1']);
  });

  test('a wait that is over is answered with the same index', async () => {
    const before = await get('/v1/kv/site/title');
    const after = await get(`/v1/kv/site/title?index=${before.index}&wait=50ms`);
    expect(after.index).toBe(before.index);
  });
});
