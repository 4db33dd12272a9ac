import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runHttpCheck } from '../../../src/catalog/checks/http.ts';
import { runTcpCheck } from '../../../src/catalog/checks/tcp.ts';
import type { HttpCheckRun } from '../../../src/catalog/registry/definitions.ts';

async function serve(handle: RequestListener): Promise<string> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function check(url: string, given: Partial<HttpCheckRun> = {}): HttpCheckRun {
  const request = { kind: 'http', url, method: 'GET', headers: {}, body: '', tlsSkipVerify: false } as const;
  return { ...request, intervalMs: 1000, timeoutMs: 2000, ...given };
}

const never = new AbortController().signal;

describe('an http check', () => {
  test.each([
    { code: 200, want: 'passing', text: 'OK' },
    { code: 204, want: 'passing', text: 'No Content' },
    { code: 404, want: 'critical', text: 'Not Found' },
    { code: 429, want: 'warning', text: 'Too Many Requests' },
    { code: 500, want: 'critical', text: 'Internal Server Error' },
  ])('$code is $want', async ({ code, want, text }) => {
    const url = `http://${await serve((_, response) => response.writeHead(code).end(code === 204 ? undefined : 'hello'))}/x`;
    const output = `HTTP GET ${url}: ${code} ${text} Output: ${code === 204 ? '' : 'hello'}`;
    expect(await runHttpCheck(check(url), never)).toEqual({ status: want, output });
  });

  test('sends its method, headers and body, and says who asks', async () => {
    const host = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { host: name, 'user-agent': agent, accept, 'x-a': own } = request.headers;
      response.end([request.method, name, agent, accept, own, Buffer.concat(chunks)].join('|'));
    });
    const given = { method: 'PUT', headers: { Host: ['me.example'], 'X-A': ['1', '2'] }, body: 'ping' };
    const { output } = await runHttpCheck(check(`http://${host}/`, given), never);
    expect(output).toContain('Output: PUT|me.example|Consul Health Check|text/plain, text/*, */*|1, 2|ping');
  });

  test('follows redirects, but not for ever', async () => {
    const host = await serve((request, response) => {
      if (request.url === '/ok') response.end(`${request.method} arrived`);
      else response.writeHead(302, { location: request.url === '/loop' ? '/loop' : '/ok' }).end();
    });
    const arrived = await runHttpCheck(check(`http://${host}/there`, { method: 'POST' }), never);
    expect(arrived).toMatchObject({ status: 'passing', output: expect.stringContaining('GET arrived') });
    const lost = await runHttpCheck(check(`http://${host}/loop`), never);
    expect(lost).toEqual({ status: 'critical', output: `Get "http://${host}/loop": stopped after 10 redirects` });
  });

  test('reads no more of an endless body than it keeps', async () => {
    const host = await serve((_, response) => {
      const timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
      response.on('close', () => clearInterval(timer));
    });
    const { status, output } = await runHttpCheck(check(`http://${host}/`), never);
    expect([status, output.length]).toEqual(['passing', `HTTP GET http://${host}/: 200 OK Output: `.length + 4096]);
  });

  test('that is not answered in time is critical', async () => {
    const host = await serve(() => {});
    const { status, output } = await runHttpCheck(check(`http://${host}/`, { timeoutMs: 50 }), never);
    expect([status, output]).toEqual([
      'critical',
      `Get "http://${host}/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    ]);
  });

  test('that nobody accepts says so', async () => {
    const { status, output } = await runHttpCheck(check('http://127.0.0.1:1/'), never);
    expect([status, output]).toEqual([
      'critical',
      'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused',
    ]);
  });
});

describe('a tcp check', () => {
  test('passes when something accepts', async () => {
    const address = await serve(() => {});
    const run = { kind: 'tcp', address, intervalMs: 1000, timeoutMs: 1000 } as const;
    expect(await runTcpCheck(run, never)).toEqual({ status: 'passing', output: `TCP connect ${address}: Success` });
  });

  test('is critical when nothing does', async () => {
    const run = { kind: 'tcp', address: '127.0.0.1:1', intervalMs: 1000, timeoutMs: 1000 } as const;
    const output = 'dial tcp 127.0.0.1:1: connect: connection refused';
    expect(await runTcpCheck(run, never)).toEqual({ status: 'critical', output });
  });
});
