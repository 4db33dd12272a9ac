import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registerInCatalog } from '../clients/register.ts';
import { PROGRAM, prepareAgent, type TestAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { until } from '../support/until.ts';

// Two real agents of two datacenters. Of the addresses that `one` has of `dc2`, the first is that of nobody; `dc4` is nowhere; and both take the other for `dc3`.

let one: TestAgent;
let two: TestAgent;
let wrongly: string;
const nobody = 'http://127.0.0.1:1';
const remote = (name: string, ...addresses: string[]) =>
  `remote_datacenter ${JSON.stringify(name)} { addresses = ${JSON.stringify(addresses)} }\n`;

beforeAll(async () => {
  two = await prepareAgent({ dev: true, config: 'name = "far"\ndatacenter = "dc2"\n' });
  const others = remote('dc2', nobody, two.consulUrl) + remote('dc3', two.consulUrl) + remote('dc4', nobody);
  one = await prepareAgent({ dev: true, config: `name = "near"\n${others}` });
  wrongly = join(two.folder, 'wrongly.hcl');
  await writeFile(wrongly, remote('dc3', one.consulUrl));
  await Promise.all([one.start(), two.start(['-config', wrongly])]);
  await until('the other datacenter answers', async () => {
    const members = await get<{ Name: string }[]>('/v1/agent/members?wan=1');
    return members.some(({ Name }) => Name === 'far.dc2');
  });
}, 120_000);
afterAll(async () => {
  await one?.dispose();
  await two?.dispose();
});

const ask = (path: string, init: RequestInit = {}) => fetch(one.consulUrl + path, init);
const get = async <T>(path: string) => (await (await ask(path)).json()) as T;
const text = async (path: string, init?: RequestInit) => {
  const answer = await ask(path, init);
  return { status: answer.status, body: await answer.text() };
};

test('datacenters, nearest first, those that do not answer last; their servers and places', async () => {
  expect(await get('/v1/catalog/datacenters')).toEqual(['dc1', 'dc2', 'dc3', 'dc4']);
  const members =
    await get<{ Name: string; Status: number; Tags: Record<string, string> }[]>('/v1/agent/members?wan=1');
  expect(members.map(({ Name, Status, Tags }) => [Name, Status, Tags['dc']])).toEqual([
    ['near.dc1', 1, 'dc1'],
    ['far.dc2', 1, 'dc2'],
  ]);
  const places =
    await get<{ Datacenter: string; Coordinates: { Node: string; Coord: { Height: number } }[] }[]>(
      '/v1/coordinate/datacenters',
    );
  expect(places.map(({ Datacenter, Coordinates }) => [Datacenter, Coordinates.map(({ Node }) => Node)])).toEqual([
    ['dc1', ['near']],
    ['dc2', ['far']],
    ['dc3', []],
    ['dc4', []],
  ]);
  expect(places[1]?.Coordinates[0]?.Coord.Height).toBeGreaterThan(0);
});

describe('?dc', () => {
  test('a key is written, read, compared and deleted there', async () => {
    expect(await text('/v1/kv/where?dc=dc2&flags=7', { method: 'PUT', body: 'far' })).toEqual({
      status: 200,
      body: 'true',
    });
    const [held] = await get<{ Flags: number; ModifyIndex: number }[]>('/v1/kv/where?dc=dc2');
    expect(held?.Flags).toBe(7);
    expect(await text('/v1/kv/where?raw')).toEqual({ status: 404, body: '' });
    expect(await (await fetch(`${two.consulUrl}/v1/kv/where?raw`)).text()).toBe('far');
    expect((await text(`/v1/kv/where?dc=DC2&cas=1`, { method: 'PUT', body: 'x' })).body).toBe('false');
    expect((await text('/v1/kv/where?dc=dc2', { method: 'DELETE' })).body).toBe('true');
    expect((await text('/v1/kv/where?dc=dc2')).status).toBe(404);
  });

  test('answers have the headers of the other side', async () => {
    const answer = await ask('/v1/catalog/nodes?dc=dc2&pretty');
    expect(answer.headers.get('x-consul-index')).toMatch(/^\d+$/);
    expect(answer.headers.get('x-consul-knownleader')).toBe('true');
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject([{ Node: 'far', Datacenter: 'dc2' }]);
  });

  test.each<[string, RegExp]>([
    ['/v1/catalog/services?dc=dc2', /"consul"/],
    ['/v1/catalog/node/far?dc=dc2', /"Node":"far"/],
    ['/v1/health/node/far?dc=dc2', /serfHealth/],
    ['/v1/health/state/any?dc=dc2', /serfHealth/],
    ['/v1/coordinate/nodes?dc=dc2', /"far"/],
    ['/v1/status/peers?dc=dc2', /^\["/],
    ['/v1/operator/raft/configuration?dc=dc2', /"far"/],
    ['/v1/session/list?dc=dc2', /^\[\]/],
    ['/v1/query?dc=dc2', /^\[\]/],
    ['/v1/config/service-defaults?dc=dc2', /^\[\]/],
    ['/v1/agent/self?dc=dc2', /"NodeName":"near"/],
    ['/v1/catalog/nodes?dc=dc1', /"near"/],
  ])('GET %s', async (path, body) => {
    expect(await text(path)).toEqual({ status: 200, body: expect.stringMatching(body) });
  });

  test('a session, a transaction, an event, a query, an entry of the configuration', async () => {
    const put = (path: string, body: unknown) => text(path, { method: 'PUT', body: JSON.stringify(body) });
    const session = await put('/v1/session/create?dc=dc2', { Name: 's' });
    const { ID } = JSON.parse(session.body) as { ID: string };
    expect(await get(`/v1/session/info/${ID}?dc=dc2`)).toMatchObject([{ Node: 'far', Name: 's' }]);
    expect((await put(`/v1/session/destroy/${ID}?dc=dc2`, {})).body).toBe('true');
    const txn = [{ KV: { Verb: 'set', Key: 't', Value: 'eA==' } }];
    expect((await put('/v1/txn?dc=dc2', txn)).status).toBe(200);
    expect(await (await fetch(`${two.consulUrl}/v1/kv/t?raw`)).text()).toBe('x');
    expect((await put('/v1/event/fire/deploy?dc=dc2', {})).body).toContain('"Name":"deploy"');
    expect(await (await fetch(`${two.consulUrl}/v1/event/list`)).text()).toContain('deploy');
    expect((await put('/v1/config?dc=dc2', { Kind: 'service-defaults', Name: 'web' })).body).toBe('true');
    const query = { Name: 'there', Service: { Service: 'consul' } };
    const created = await text('/v1/query?dc=dc2', { method: 'POST', body: JSON.stringify(query) });
    expect(created.status).toBe(200);
    expect(await get('/v1/query/there/execute?dc=dc2')).toMatchObject({ Datacenter: 'dc2', Failovers: 0 });
    expect((await text('/v1/query/there/execute')).status).toBe(404);
  });

  test('a node is registered by the datacenter in the body', async () => {
    const node = { Datacenter: 'dc2', Node: 'ext', Address: '10.9.0.1', Service: { Service: 'db', Port: 5432 } };
    await registerInCatalog(one, node);
    expect(await get('/v1/catalog/service/db?dc=dc2')).toMatchObject([{ Node: 'ext', ServicePort: 5432 }]);
    expect(await get('/v1/catalog/service/db')).toEqual([]);
    const gone = await text('/v1/catalog/deregister', {
      method: 'PUT',
      body: JSON.stringify({ Datacenter: 'dc2', Node: 'ext' }),
    });
    expect(gone.body).toBe('true');
    expect(await get('/v1/catalog/service/db?dc=dc2')).toEqual([]);
  });

  test('a blocking query is answered by a change over there', async () => {
    await ask('/v1/kv/block?dc=dc2', { method: 'PUT', body: '1' });
    const index = (await ask('/v1/kv/block?dc=dc2')).headers.get('x-consul-index');
    const waiting = text(`/v1/kv/block?dc=dc2&raw&index=${index}&wait=60s`);
    await fetch(`${two.consulUrl}/v1/kv/block`, { method: 'PUT', body: '2' });
    expect((await waiting).body).toBe('2');
  });

  test('a snapshot comes as a stream, and goes back', async () => {
    const saved = await ask('/v1/snapshot?dc=dc2');
    expect(saved.headers.get('content-type')).toBe('application/x-gzip');
    const body = await saved.arrayBuffer();
    expect((await text('/v1/snapshot?dc=dc2', { method: 'PUT', body })).status).toBe(200);
  });

  test('unknown and unreachable ones', async () => {
    expect(await text('/v1/kv/x?dc=nowhere')).toEqual({ status: 500, body: 'No path to datacenter' });
    const { status, body } = await text('/v1/kv/x?dc=dc4');
    expect([status, body]).toEqual([
      500,
      expect.stringContaining('Datacenter "dc4" cannot be reached: http://127.0.0.1:1:'),
    ]);
  });

  test('two that take each other for a third end there', async () => {
    const refused = { status: 500, body: 'No path to datacenter' };
    expect(await text('/v1/kv/x?dc=dc3')).toEqual(refused);
    expect(await text('/v1/kv/x?dc=dc3', { method: 'PUT', body: 'x' })).toEqual(refused);
  });

  test('-datacenter of the commands', async () => {
    const shoal = (...args: string[]) =>
      new Promise<string>((resolve) => {
        const env = { ...process.env, CONSUL_HTTP_ADDR: one.consulUrl };
        execFile(process.execPath, [PROGRAM, ...args], { env }, (_, stdout, stderr) => resolve(stdout + stderr));
      });
    expect(await shoal('catalog', 'datacenters')).toBe('dc1\ndc2\ndc3\ndc4\n');
    expect(await shoal('kv', 'put', '-datacenter=dc2', 'by', 'command')).toMatch(/Success/);
    expect(await shoal('kv', 'get', '-datacenter=dc2', 'by')).toBe('command\n');
    expect(await shoal('catalog', 'nodes', '-datacenter', 'dc2')).toMatch(/^far /m);
    expect(await shoal('members', '-wan')).toMatch(/^far\.dc2 .* alive +server .* dc2 /m);
    expect(await shoal('rtt', '-wan', 'near.dc1', 'far.dc2')).toMatch(/rtt: [\d.]+ ms \(using WAN/);
  });
});

describe('DNS', () => {
  beforeAll(async () => {
    const at = (Node: string, Address: string, Service: object) => registerInCatalog(two, { Node, Address, Service });
    await at('w1', '10.2.0.1', { Service: 'web', Port: 81, Tags: ['v1'] });
    await at('w2', '10.2.0.2', { Service: 'web', Port: 82, Tags: ['v2'], Address: '10.2.1.2' });
    await at('w3', 'w1.node.dc2.consul', { Service: 'alias', Port: 83 });
  });
  const dns = (name: string, type: string) => askDns(one.ports.dns, { name, type } as never);

  test.each<[string, string, RegExp]>([
    ['web.service.dc2.consul', 'A', /10\.2\.0\.1.*10\.2\.1\.2|10\.2\.1\.2.*10\.2\.0\.1/],
    ['v1.web.service.dc2.dc.consul', 'A', /10\.2\.0\.1/],
    ['_web._v2.dc2.consul', 'SRV', /0a020102\.addr\.dc2\.consul/],
    ['_web._v1.service.dc2.consul', 'SRV', /w1\.node\.dc2\.consul/],
    ['w1.node.dc2.consul', 'A', /10\.2\.0\.1/],
    ['there.query.dc2.consul', 'SRV', /far\.node\.dc2\.consul/],
  ])('%s %s', async (name, type, shown) => {
    const answer = await dns(name, type);
    expect(answer.rcode).toBe('NOERROR');
    expect(JSON.stringify(answer)).toMatch(shown);
  });

  test('what is not there, who is not known, who does not answer', async () => {
    const codes = await Promise.all(
      ['none.service.dc2.consul', 'none.node.dc2.consul', 'web.service.dc9.consul', 'web.service.dc4.consul'].map(
        async (name) => (await dns(name, 'A')).rcode,
      ),
    );
    expect(codes).toEqual(['NXDOMAIN', 'NXDOMAIN', 'NXDOMAIN', 'SERVFAIL']);
  });

  test('what was asked for is kept current', async () => {
    await dns('web.service.dc2.consul', 'A');
    await registerInCatalog(two, { Node: 'w4', Address: '10.2.0.4', Service: { Service: 'web', Port: 84 } });
    await until('the new instance is in the answer', async () =>
      JSON.stringify(await dns('web.service.dc2.consul', 'A')).includes('10.2.0.4'),
    );
  });
});
