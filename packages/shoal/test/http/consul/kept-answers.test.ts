import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConsulAgent, startConsulAgent } from './consul-agent.ts';

let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsulAgent();
});
afterAll(async () => {
  expect(agent.failures).toEqual([]);
  await agent.stop();
});

type Asked = { url: string; method?: string; headers?: Record<string, string>; body?: string };

/** Over a real socket, where answers may be kept ones. */
async function ask({ url, method = 'GET', headers = {}, body }: Asked) {
  const request = httpRequest(agent.url + url, { method, headers });
  request.end(body);
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
  });
  const { date: _, ...rest } = response.headers;
  return { status: response.statusCode, headers: rest, body: await text(response) };
}

/** Without a socket nothing is kept. */
async function fresh(url: string) {
  const { statusCode, headers, body } = await agent.api.app.inject({ url, headers: { host: 'localhost' } });
  return { status: statusCode, index: headers['x-consul-index'], type: headers['content-type'], body };
}

async function put(url: string, body: unknown): Promise<void> {
  const answer = await ask({ method: 'PUT', url, body: typeof body === 'string' ? body : JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

const ASKED = [
  '/v1/health/service/web?passing',
  '/v1/health/service/web?pretty',
  '/v1/health/service/web?filter=Service.Port==81',
  '/v1/health/service/web?near=_agent',
  '/v1/health/checks/web',
  '/v1/health/node/n1',
  '/v1/health/state/critical',
  '/v1/catalog/service/web?tag=a',
  '/v1/catalog/services',
  '/v1/catalog/services?node-meta=rack:b',
  '/v1/catalog/nodes',
  '/v1/catalog/node/n1',
  '/v1/catalog/node-services/n1',
  '/v1/kv/a/key',
  '/v1/kv/a/key?raw',
  '/v1/kv/a?recurse',
  '/v1/kv/a?keys',
  '/v1/kv/none',
];

const service = (port: number, more: object = {}) => ({
  ...{ Node: 'n1', Address: '10.0.0.1' },
  Service: { Service: 'web', Port: port, Tags: ['a', '<ü>'] },
  ...more,
});

const WRITES: [url: string, body: unknown][] = [
  ['/v1/kv/a/key', 'one'],
  ['/v1/catalog/register', service(80)],
  ['/v1/kv/a/key', 'two'],
  ['/v1/catalog/register', service(81)],
  ['/v1/catalog/register', service(81, { NodeMeta: { rack: 'b' } })],
  [
    '/v1/catalog/register',
    { Node: 'n1', SkipNodeUpdate: true, Check: { ServiceID: 'web', Name: 'c', Status: 'critical' } },
  ],
  ['/v1/catalog/register', { Node: 'n2', Address: '10.0.0.2', Service: { Service: 'web', Port: 80 } }],
  ['/v1/catalog/deregister', { Node: 'n1', ServiceID: 'web' }],
  ['/v1/catalog/deregister', { Node: 'n1' }],
  ['/v1/kv/none', ''],
];

test('whatever is asked again and again, a write shows in the next answer', async () => {
  for (const [url, body] of WRITES) {
    await put(url, body);
    for (const asked of ASKED)
      for (let again = 0; again < 4; again++) {
        const { status, headers, body: said } = await ask({ url: asked });
        const told = { status, index: headers['x-consul-index'], type: headers['content-type'], body: said };
        expect({ asked, ...told }).toEqual({ asked, ...(await fresh(asked)) });
      }
  }
});

test('an answer that is sent again has the headers of the first', async () => {
  const asked = { url: '/v1/catalog/services' };
  const answers = [await ask(asked), await ask(asked), await ask(asked), await ask(asked)];
  for (const answer of answers) expect(answer).toEqual(answers[0]);
});

test('while writes go on, whoever was told of one reads it', async () => {
  const counting = { url: '/v1/kv/counter?raw' };
  const json = { url: '/v1/kv/counter' };
  let written = 0;
  const others = Array.from({ length: 8 }, async () => {
    while (written < 200) await ask(json);
  });
  for (let value = 1; value <= 200; value++) {
    await put('/v1/kv/counter', String(value));
    const [row] = JSON.parse((await ask(json)).body) as [{ Value: string }];
    expect(Buffer.from(row.Value, 'base64').toString()).toBe(String(value));
    expect((await ask(counting)).body).toBe(String(value));
    written = value;
  }
  await Promise.all(others);
});

test('what is kept goes to nobody who would be refused', async () => {
  const url = '/v1/catalog/nodes';
  for (let again = 0; again < 3; again++) await ask({ url });
  expect((await ask({ url, headers: { host: 'evil.example' } })).status).toBe(403);
  expect((await ask({ url, headers: { origin: 'https://evil.example' } })).status).toBe(403);
  expect((await ask({ url, method: 'HEAD' })).body).toBe('');
});

test('nobody waits for an answer that is kept', async () => {
  for (let i = 0; i < 3; i++) await ask({ url: '/v1/kv/a/key' });
  expect(agent.state.waiting()).toBe(0);
});
