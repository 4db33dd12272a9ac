import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { json, text } from '../../../src/http/shared/answer.ts';
import { createApiServer } from '../../../src/http/shared/api-server.ts';
import { BadRequestError } from '../../../src/http/shared/errors.ts';

const failures: unknown[] = [];
const server = createApiServer({
  what: 'The test API',
  addresses: ['127.0.0.1'],
  port: 0,
  safety: { hosts: ['box'], domains: ['consul'], listen: ['127.0.0.1'], ports: [4646] },
  dialect: {
    unknownPath: () => ({ status: 404 }),
    otherMethod: (method, allowed) => text(405, `${method} not in ${allowed.join()}`),
    failure: (status, message) => text(status, message),
  },
  onFailure: (error) => failures.push(error),
  endpoints: [
    {
      path: '/v1/echo/*',
      methods: {
        GET: (request) => json({ path: request.path, rest: request.params['*'], q: [...request.query] }),
        PUT: (request) => json({ bytes: request.body.length }),
      },
    },
    { path: '/v1/small', methods: { PUT: (request) => json(request.body.toString()) }, bodyLimit: 10 },
    {
      path: '/v1/item/:id',
      methods: { GET: (request) => json({ id: request.params['id'], n: 18446744073709551615n }) },
    },
    {
      path: '/v1/bad',
      methods: {
        GET: () => {
          throw new BadRequestError('no <name>');
        },
        PUT: () => {
          throw new TypeError('a bug');
        },
      },
    },
  ],
});
beforeAll(() => server.start());
afterAll(() => server.stop());

type Case = {
  name: string;
  method?: 'GET' | 'PUT' | 'HEAD' | 'OPTIONS' | 'PATCH';
  url: string;
  headers?: Record<string, string>;
  payload?: string | Buffer;
  want: { status: number; body?: unknown; location?: string };
};

const cases: Case[] = [
  {
    name: 'an escaped slash belongs to the path',
    url: '/v1/echo/a%2Fb%20c%25',
    want: { status: 200, body: { path: '/v1/echo/a/b c%', rest: 'a/b c%', q: [] } },
  },
  {
    name: 'an escaped question mark belongs to the path',
    url: '/v1/echo/a%3Fb?x&y=1+2&y=',
    want: {
      status: 200,
      body: {
        path: '/v1/echo/a?b',
        rest: 'a?b',
        q: [
          ['x', ''],
          ['y', '1 2'],
          ['y', ''],
        ],
      },
    },
  },
  {
    name: 'nothing after a prefix',
    url: '/v1/echo/',
    want: { status: 200, body: { path: '/v1/echo/', rest: '', q: [] } },
  },
  { name: 'a prefix without its slash', url: '/v1/echo?x=1', want: { status: 301, location: '/v1/echo/?x=1' } },
  { name: 'double slashes', url: '/v1//echo/x%2F%2Fy', want: { status: 301, location: '/v1/echo/x/y' } },
  { name: 'a broken escape', url: '/v1/echo/%zz', want: { status: 400 } },
  { name: 'an unknown path', url: '/v1/nope', want: { status: 404, body: '' } },
  { name: 'another method', method: 'PATCH', url: '/v1/small', want: { status: 405, body: 'PATCH not in PUT' } },
  { name: 'HEAD is another method', method: 'HEAD', url: '/v1/echo/x', want: { status: 405 } },
  {
    name: 'a body of any type',
    method: 'PUT',
    url: '/v1/small',
    headers: { 'content-type': 'odd/;;' },
    payload: 'hello',
    want: { status: 200, body: 'hello' },
  },
  {
    name: 'a body over the limit',
    method: 'PUT',
    url: '/v1/small',
    payload: 'x'.repeat(11),
    want: { status: 413, body: 'The request body is too large: this endpoint takes at most 10 bytes.' },
  },
  {
    name: 'a number that no double holds',
    url: '/v1/item/a%2Fb',
    want: { status: 200, body: '{"id":"a/b","n":18446744073709551615}' },
  },
  { name: 'an error with a status', url: '/v1/bad', want: { status: 400, body: 'no <name>' } },
  { name: 'its own name', url: '/v1/item/x', headers: { host: 'BOX.:4646' }, want: { status: 200 } },
  {
    name: 'a name of the cluster',
    url: '/v1/item/x',
    headers: { host: 'box.node.consul:8500' },
    want: { status: 200 },
  },
  { name: 'a foreign Host', url: '/v1/item/x', headers: { host: 'evil.example.org' }, want: { status: 403 } },
  {
    name: 'a foreign Host on an unknown path',
    url: '/nope',
    headers: { host: 'evil.example.org' },
    want: { status: 403 },
  },
  { name: 'an address that is not ours', url: '/v1/item/x', headers: { host: '10.1.2.3:4646' }, want: { status: 403 } },
  { name: 'the own page', url: '/v1/item/x', headers: { origin: 'http://localhost:4646' }, want: { status: 200 } },
  {
    name: 'a page of another port on this host',
    url: '/v1/item/x',
    headers: { origin: 'http://localhost:8080' },
    want: { status: 403 },
  },
  {
    name: 'a foreign Origin',
    url: '/v1/item/x',
    headers: { origin: 'https://evil.example.org' },
    want: { status: 403 },
  },
  { name: 'an opaque Origin', url: '/v1/item/x', headers: { origin: 'null' }, want: { status: 403 } },
];

describe('createApi', () => {
  test.each(cases)('$name', async ({ method = 'GET', url, headers = {}, payload, want }) => {
    const response = await server.app.inject({
      method,
      url,
      headers: { host: 'localhost', ...headers },
      ...(payload && { payload }),
    });
    expect(response.statusCode).toBe(want.status);
    if (want.location !== undefined) expect(response.headers.location).toBe(want.location);
    if (want.body !== undefined)
      expect(typeof want.body === 'string' && !response.body.startsWith('"') ? response.body : response.json()).toEqual(
        want.body,
      );
  });

  test('a bug is answered, and told', async () => {
    const response = await server.app.inject({ method: 'PUT', url: '/v1/bad' });
    expect([response.statusCode, response.body]).toEqual([500, 'a bug']);
    expect(failures).toHaveLength(1);
  });

  test('a body of 100 MB is refused before it is read', async () => {
    const head = await firstBytes(
      `PUT /v1/small HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${100 * 1024 * 1024}\r\n\r\nxxxx`,
    );
    expect(head).toMatch(/^HTTP\/1.1 413 /);
  });

  // `inject` would resolve the dots itself.
  test.each([
    { path: '/v1/echo/a/../../bad', want: '/v1/bad' },
    { path: '/v1/echo/%2e%2e/%2E%2e/../../etc/passwd', want: '/etc/passwd' },
    { path: '/../../..', want: '/' },
    { path: '/v1/./echo/x/', want: '/v1/echo/x/' },
  ])('dots are resolved before anything is served: $path', async ({ path, want }) => {
    const head = await firstBytes(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    expect(head).toMatch(/^HTTP\/1.1 301 /);
    expect(/location: (.*)\r/.exec(head)?.[1]).toBe(want);
  });

  test('garbage instead of HTTP is a 400', async () => {
    expect(await firstBytes('\u0000\u0001\u0002 nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  });
});

function firstBytes(request: string): Promise<string> {
  const [address] = server.addresses();
  return new Promise((resolve, reject) => {
    const socket = connect(address?.port ?? 0, '127.0.0.1', () => socket.write(request));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString());
    });
    socket.once('error', reject);
  });
}

describe('response headers of the configuration', () => {
  const headers = { 'Access-Control-Allow-Origin': 'https://ui.example.org', 'X-Own': '1' };
  const cors = createApiServer({
    what: 'The test API',
    addresses: ['127.0.0.1'],
    port: 0,
    headers,
    safety: { hosts: [], domains: [], listen: ['127.0.0.1'], ports: [] },
    dialect: {
      unknownPath: () => ({ status: 404 }),
      otherMethod: (method) => text(method === 'OPTIONS' ? 200 : 405, ''),
      failure: (status, message) => text(status, message),
    },
    endpoints: [
      {
        path: '/v1/item',
        methods: {
          GET: () => json({}),
          PUT: () => {
            throw new BadRequestError('no');
          },
        },
      },
    ],
  });
  test.each([
    { name: 'an answer', method: 'GET', want: { status: 200, own: '1' } },
    { name: 'a failure', method: 'PUT', want: { status: 400, own: '1' } },
    { name: 'a question of a browser', method: 'OPTIONS', want: { status: 200, own: '1' } },
    { name: 'a method that is not there', method: 'PATCH', want: { status: 405, own: '1' } },
    { name: 'a path that is not there', method: 'GET', url: '/nope', want: { status: 404, own: undefined } },
    {
      name: 'another origin',
      method: 'GET',
      origin: 'https://evil.example.org',
      want: { status: 403, own: undefined },
    },
  ] as const)('$name', async ({ method, want, ...given }) => {
    const { url = '/v1/item', origin = 'https://ui.example.org' } = given as { url?: string; origin?: string };
    const answer = await cors.app.inject({ method, url, headers: { host: 'localhost', origin } });
    expect({ status: answer.statusCode, own: answer.headers['x-own'] }).toEqual(want);
  });

  test('are others from then on when the configuration is', async () => {
    const ask = (origin: string) => cors.app.inject({ url: '/v1/item', headers: { host: 'localhost', origin } });
    cors.useHeaders({ 'access-control-allow-origin': '*' });
    expect((await ask('https://any.example.org')).statusCode).toBe(200);
    cors.useHeaders({});
    expect((await ask('https://ui.example.org')).statusCode).toBe(403);
  });
});
