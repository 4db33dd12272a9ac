import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  Agent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmbeddedPlane, type EmbeddedDeps } from '../../../../src/edge/planes/embedded/embedded.ts';
import type { DataPlane } from '../../../../src/edge/planes/plane.ts';
import type { Route } from '../../../../src/edge/route.ts';
import { backend, httpInstance, routeTo } from '../../../support/http-instance.ts';
import { until } from '../../../support/until.ts';

async function planeWith(
  routes: readonly Route[],
  deps: Partial<EmbeddedDeps> = {},
): Promise<{ plane: DataPlane; port: number }> {
  const plane = createEmbeddedPlane({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    random: Math.random,
    now: () => performance.now(),
    ...deps,
    settings: { stopGraceMs: 1000, ...deps.settings },
  });
  onTestFinished(() => plane.stop());
  await plane.start();
  await plane.apply({ routes, tcp: [] });
  return { plane, port: plane.addresses()[0]?.port ?? 0 };
}

type Got = { status: number; headers: IncomingHttpHeaders; body: string };

async function get(port: number, path = '/', options: RequestOptions & { body?: string | Buffer } = {}): Promise<Got> {
  const { body, ...rest } = options;
  const outgoing = httpRequest({ host: '127.0.0.1', port, path, agent: false, ...rest });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** Bytes as they stand, and everything that comes back until the connection ends. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.write(bytes);
  return text(socket);
}

/** A port on which nothing listens. */
async function deadPort(): Promise<number> {
  const instance = await httpInstance(() => undefined);
  await instance.kill();
  return instance.port;
}

const echo = (): Parameters<typeof httpInstance>[0] => (request, response) => {
  void text(request).then((body) => {
    response.setHeader('X-Echo', 'yes');
    response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
  });
};

describe('passing on', () => {
  test('method, path, query, headers and body arrive, and the answer comes back', async () => {
    const instance = await httpInstance(echo());
    const { port } = await planeWith([routeTo([instance.port])]);
    const got = await get(port, '/a%2Fb/..//c?d=%20e', {
      method: 'POST',
      headers: { host: 'shop.example', 'x-mine': '1', connection: 'close, x-hop', 'x-hop': '1' },
      body: 'hello',
    });
    expect(got.status).toBe(200);
    expect(got.headers['x-echo']).toBe('yes');
    const seen = JSON.parse(got.body) as { headers: Record<string, string> };
    expect(seen).toMatchObject({ method: 'POST', url: '/a%2Fb/..//c?d=%20e', body: 'hello' });
    expect(seen.headers).toMatchObject({
      host: 'shop.example',
      'x-mine': '1',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': 'shop.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(port),
    });
    expect(seen.headers['x-hop']).toBeUndefined();
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    const instance = await httpInstance((request, response) => {
      response.setHeader('X-Method', request.method ?? '');
      response.end('body');
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const got = await get(port, '/', { method });
    expect(got).toMatchObject({ status: 200, body: method === 'HEAD' ? '' : 'body', headers: { 'x-method': method } });
  });

  test('statuses without a body, repeated headers and trailing data of none', async () => {
    const instance = await httpInstance((request, response) => {
      response.writeHead(Number(request.url?.slice(1)), { 'Set-Cookie': ['a=1', 'b=2'] }).end();
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (const status of [204, 304, 404, 500]) {
      const got = await get(port, `/${status}`, { agent });
      expect(got).toMatchObject({ status, body: '', headers: { 'set-cookie': ['a=1', 'b=2'] } });
    }
  });

  test.each([
    { name: 'at once', cuts: [] },
    { name: 'in two pieces', cuts: [100] },
    { name: 'in three pieces', cuts: [1, 200] },
  ])('a small body of every byte there is, $name', async ({ cuts }) => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const instance = await httpInstance(async (_, response) => {
      response.setHeader('Content-Length', body.length);
      const ends = [...cuts, body.length];
      for (const [at, end] of ends.entries()) {
        response.write(body.subarray(ends[at - 1] ?? 0, end));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      response.end();
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let i = 0; i < 3; i++) {
      const outgoing = httpRequest({ host: '127.0.0.1', port, agent }).end();
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      expect((await buffer(response)).equals(body)).toBe(true);
    }
  });

  test('a prefix is cut off for the backend that wants it', async () => {
    const instance = await httpInstance(echo());
    const route = routeTo([], { path: '/api', backends: [backend(instance.port, { strip: '/api' })] });
    const { port } = await planeWith([route]);
    const { body } = await get(port, '/api/x?y');
    expect(JSON.parse(body)).toMatchObject({ url: '/x?y', headers: { 'x-forwarded-prefix': '/api' } });
  });

  test('the absolute form is routed and told by its own host', async () => {
    const instance = await httpInstance(echo());
    const { port } = await planeWith([routeTo([instance.port], { host: 'b.example' })]);
    const answer = await raw(port, 'GET http://b.example/x HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n');
    expect(answer).toContain('"host":"b.example"');
  });

  test('an HTTP/1.0 client gets an answer that ends with the connection', async () => {
    const instance = await httpInstance((_, response) => {
      response.write('one ');
      response.end('two');
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const answer = await raw(port, 'GET / HTTP/1.0\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toMatch(/\r\n\r\none two$/);
  });

  test('X-Forwarded of a trusted proxy is added to', async () => {
    const instance = await httpInstance(echo());
    const { port } = await planeWith([routeTo([instance.port])], { settings: { trustedProxies: ['127.0.0.0/8'] } });
    const { body } = await get(port, '/', {
      headers: { 'x-forwarded-for': '203.0.113.5', 'x-forwarded-proto': 'https' },
    });
    expect(JSON.parse(body).headers).toMatchObject({
      'x-forwarded-for': '203.0.113.5, 127.0.0.1',
      'x-forwarded-proto': 'https',
    });
  });
});

describe('without an answer of a service', () => {
  test('no route is 404, in text and for browsers', async () => {
    const { port } = await planeWith([routeTo([1], { host: 'a.example' })]);
    expect(await get(port)).toMatchObject({ status: 404, body: expect.stringContaining('404 Not found') });
    const page = await get(port, '/', { headers: { accept: 'text/html,*/*' } });
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).toContain('<h1>404');
  });

  test('no healthy instance is 503 with Retry-After', async () => {
    const { port, plane } = await planeWith([routeTo([])]);
    const got = await get(port);
    expect(got).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: expect.stringContaining('503') });
    expect(plane.stats()).toMatchObject({ noInstance: 1, responses: { '5xx': 1 } });
  });

  test('instances that cannot be reached are 502', async () => {
    const { port, plane } = await planeWith([routeTo([await deadPort(), await deadPort()])]);
    expect((await get(port, '/', { method: 'POST', body: 'x' })).status).toBe(502);
    expect(plane.stats()).toMatchObject({ retries: 1 + 1, upstreamFailures: 2 });
  });

  test('an instance that does not answer is 504', async () => {
    const instance = await httpInstance(() => undefined);
    const { port } = await planeWith([routeTo([instance.port])], { settings: { responseTimeoutMs: 300 } });
    expect((await get(port)).status).toBe(504);
  });

  test('an instance that breaks off before its answer is 502 for a POST, which is not sent twice', async () => {
    let requests = 0;
    const instance = await httpInstance((request) => {
      requests += 1;
      request.resume();
      request.on('end', () => request.socket.destroy());
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    expect((await get(port, '/', { method: 'POST', body: 'x' })).status).toBe(502);
    expect(requests).toBe(1);
  });

  test('a body that nobody wants is read, and the connection goes on', async () => {
    const { port } = await planeWith([]);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let i = 0; i < 3; i++) {
      expect((await get(port, '/', { agent, method: 'POST', body: 'x'.repeat(100_000) })).status).toBe(404);
    }
  });
});

describe('choosing and trying again', () => {
  const named = (name: string): Promise<{ port: number }> => httpInstance((_, response) => response.end(name));

  test('instances take turns', async () => {
    const ports = [(await named('a')).port, (await named('b')).port];
    const { port } = await planeWith([routeTo(ports)]);
    let seen = '';
    for (let i = 0; i < 10; i++) seen += (await get(port)).body;
    expect(seen).toMatch(/^(ab){5}$|^(ba){5}$/);
  });

  test('any request goes to another instance when a connection fails, body included', async () => {
    const instance = await httpInstance(echo());
    const { port, plane } = await planeWith([routeTo([await deadPort(), instance.port])]);
    const body = randomBytes(300_000).toString('hex');
    for (let i = 0; i < 4; i++) {
      const got = await get(port, '/', { method: 'POST', body });
      expect(got.status).toBe(200);
      expect(JSON.parse(got.body).body === body).toBe(true);
    }
    // Avoided for a while after the first failure, so that not every other request tries it.
    expect(plane.stats().retries).toBe(1);
  });

  test('a GET goes to another instance when the connection breaks before the answer', async () => {
    const breaking = await httpInstance((request) => void request.socket.destroy());
    const good = await named('good');
    const { port } = await planeWith([routeTo([breaking.port, good.port])]);
    for (let i = 0; i < 6; i++) expect((await get(port)).body).toBe('good');
  });

  test('a kept connection that the only instance has closed meanwhile costs nothing', async () => {
    const instance = await httpInstance((_, response) => response.end('ok'));
    const { port } = await planeWith([routeTo([instance.port])]);
    for (let i = 0; i < 5; i++) {
      expect((await get(port)).status).toBe(200);
      for (const socket of instance.sockets) socket.destroy();
    }
  });

  test('an instance that is taken out gets no new request, and its running ones finish', async () => {
    let finish: (() => void) | undefined;
    const old = await httpInstance((request, response) => {
      if (request.url !== '/slow') return void response.end('old');
      response.write('begun ');
      finish = () => response.end('and finished');
    });
    const fresh = await named('fresh');
    const { plane, port } = await planeWith([routeTo([old.port])]);
    const slow = get(port, '/slow');
    await until('the slow request runs', () => finish);
    await plane.apply({ routes: [routeTo([fresh.port])], tcp: [] });
    for (let i = 0; i < 5; i++) expect((await get(port)).body).toBe('fresh');
    finish?.();
    expect((await slow).body).toBe('begun and finished');
    await until('the old connections are closed', () => old.sockets.size === 0);
  });
});

test('a request that has not been sent yet when its instance is taken out goes to another, body included', async () => {
  let wrong = 0;
  const old = await httpInstance((_, response) => {
    wrong += 1;
    response.end('old');
  });
  const fresh = await httpInstance(echo());
  let takeOut: (() => void) | undefined;
  const { plane, port } = await planeWith([routeTo([old.port])], {
    // Read when a request begins: its connection does not stand before this turn of the event loop is over.
    now: () => {
      if (takeOut) queueMicrotask(takeOut);
      takeOut = undefined;
      return performance.now();
    },
  });
  takeOut = () => void plane.apply({ routes: [routeTo([fresh.port])], tcp: [] });
  const got = await get(port, '/', { method: 'POST', body: 'x'.repeat(200_000) });
  expect(got.status).toBe(200);
  expect(JSON.parse(got.body).body).toHaveLength(200_000);
  expect(wrong).toBe(0);
  // Being taken out is no failure of the instance.
  expect(plane.stats()).toMatchObject({ retries: 1, upstreamFailures: 0 });
});

describe('streams', () => {
  test('an answer that has nothing to say yet shows its header, and each piece at once', async () => {
    let say: ((text: string) => void) | undefined;
    const instance = await httpInstance((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      say = (piece) => void response.write(piece);
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const outgoing = httpRequest({ host: '127.0.0.1', port, agent: false }).end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    for (const piece of ['data: 1\n\n', 'data: 2\n\n']) {
      say?.(piece);
      const [chunk] = (await once(response, 'data')) as [Buffer];
      expect(chunk.toString()).toBe(piece);
    }
    response.destroy();
  });

  test('a hundred megabytes each way pass a client that pauses, without being held', async () => {
    const size = 100 * 1024 * 1024;
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    let received = 0;
    const instance = await httpInstance((request, response) => {
      request.on('data', (part: Buffer) => {
        received += part.length;
      });
      request.on('end', () => {
        let left = size;
        const write = (): void => {
          while (left > 0) {
            left -= chunk.length;
            if (!response.write(chunk)) return void response.once('drain', write);
          }
          response.end();
        };
        write();
      });
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    global.gc?.();
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 20);
    onTestFinished(() => clearInterval(watch));
    const outgoing = httpRequest({ host: '127.0.0.1', port, method: 'POST', agent: false });
    for (let sent = 0; sent < size; sent += chunk.length) {
      if (!outgoing.write(chunk)) await once(outgoing, 'drain');
    }
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    let got = 0;
    for await (const part of response) {
      // A client that stops to think now and then.
      if (Math.floor((got + part.length) / (8 * 1024 * 1024)) > Math.floor(got / (8 * 1024 * 1024))) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      got += part.length;
    }
    expect([received, got]).toEqual([size, size]);
    // Client, edge and instance are all in this process: what they hold together stays far below one body.
    expect(most).toBeLessThan(80 * 1024 * 1024);
  });

  test('a client that stops reading stops the instance', async () => {
    let written = 0;
    let isBlocked = false;
    const instance = await httpInstance((_, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const write = (): void => {
        isBlocked = false;
        while (written < 500 * 1024 * 1024) {
          written += chunk.length;
          if (!response.write(chunk)) {
            isBlocked = true;
            return void response.once('drain', write);
          }
        }
      };
      write();
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    socket.pause();
    let last = -1;
    await until('the instance waits', () => {
      const isStill = isBlocked && written === last;
      last = written;
      return isStill;
    });
    expect(written).toBeLessThan(64 * 1024 * 1024);
  });

  test('a client that goes away ends the request at the instance', async () => {
    let isClosed = false;
    const instance = await httpInstance((request, response) => {
      response.write('begun');
      request.socket.once('close', () => {
        isClosed = true;
      });
    });
    const { port, plane } = await planeWith([routeTo([instance.port])]);
    const outgoing = httpRequest({ host: '127.0.0.1', port, agent: false }).end();
    outgoing.on('error', () => undefined);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    response.on('error', () => undefined);
    outgoing.destroy();
    await until('the instance notices', () => isClosed);
    expect(plane.stats()).toMatchObject({ clientAborts: 1, active: 0 });
  });

  test('a client that goes away in the middle of its body ends it too', async () => {
    let isAborted = false;
    const instance = await httpInstance((request) => {
      request.on('error', () => undefined);
      request.on('data', () => undefined);
      request.on('close', () => {
        isAborted = !request.complete;
      });
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const socket = connect(port, '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nonly this');
    await until('the instance has it', () => instance.sockets.size > 0);
    socket.destroy();
    await until('the instance notices', () => isAborted);
  });

  test('an instance that breaks off in its answer cuts the client, who must not take half for the whole', async () => {
    const instance = await httpInstance((request, response) => {
      response.writeHead(200).write('half of it');
      setImmediate(() => request.socket.destroy());
    });
    const { port, plane } = await planeWith([routeTo([instance.port])]);
    await expect(get(port)).rejects.toThrow(/aborted|hang up/);
    expect(plane.stats().upstreamFailures).toBe(1);
  });

  test('an instance that answers before it has read the body is heard', async () => {
    const instance = await httpInstance((_, response) =>
      response.writeHead(413, { Connection: 'close' }).end('too long'),
    );
    const { port } = await planeWith([routeTo([instance.port])]);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined);
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nthe beginning');
    expect(await text(socket)).toMatch(/^HTTP\/1.1 413 .*Connection: close.*too long/s);
  });
});

describe('Expect: 100-continue', () => {
  const ask = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n';

  test('the body is asked for when an instance takes it', async () => {
    const instance = await httpInstance(echo());
    const { port } = await planeWith([routeTo([instance.port])]);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write(ask);
    const [first] = (await once(socket, 'data')) as [Buffer];
    expect(first.toString()).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    socket.write('hello');
    expect(await text(socket)).toContain('"body":"hello"');
  });

  test('without one it is not, and the connection ends', async () => {
    const { port } = await planeWith([]);
    expect(await raw(port, ask)).toMatch(/^HTTP\/1.1 404 /);
  });
});

describe('other protocols', () => {
  const ask = (path = '/', more = ''): string =>
    `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n${more}\r\n`;

  async function talking(): Promise<{ port: number; heads: IncomingHttpHeaders[] }> {
    const heads: IncomingHttpHeaders[] = [];
    const instance = await httpInstance((_, response) => response.writeHead(426).end('no tunnel here'));
    instance.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      heads.push(request.headers);
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\nhello ',
      );
      socket.write(head);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    return { port: instance.port, heads };
  }

  test('a tunnel carries bytes both ways, also those that came with the heads, and ends with either side', async () => {
    const instance = await talking();
    const { port, plane } = await planeWith([routeTo([instance.port])]);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    let seen = '';
    socket.on('data', (chunk) => {
      seen += chunk;
    });
    socket.write(`${ask()}early`);
    await until('the greeting', () => seen.endsWith('hello early'));
    expect(seen).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
    expect(seen.match(/upgrade: websocket/gi)).toHaveLength(1);
    expect(instance.heads[0]).toMatchObject({ host: 'a', 'sec-websocket-key': 'k', 'x-forwarded-for': '127.0.0.1' });
    socket.write(' later');
    await until('the echo', () => seen.endsWith(' later'));
    expect(plane.stats()).toMatchObject({ upgrades: 1, active: 1 });
    socket.end();
    await until('the end', () => plane.stats().active === 0);
  });

  test('an instance that cannot be reached gives way to another', async () => {
    const instance = await talking();
    const { port } = await planeWith([routeTo([await deadPort(), instance.port])]);
    for (let i = 0; i < 2; i++) {
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      socket.write(ask());
      const [first] = (await once(socket, 'data')) as [Buffer];
      expect(first.toString()).toMatch(/^HTTP\/1.1 101 /);
    }
  });

  test('an instance that does not want to is heard, and nothing behind the request reaches it', async () => {
    let requests = 0;
    const instance = await httpInstance((_, response) => {
      requests += 1;
      response.writeHead(426, { 'X-Why': 'because' }).end('no');
    });
    const { port } = await planeWith([routeTo([instance.port])]);
    const answer = await raw(port, `${ask()}GET /secret HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 426 .*X-Why: because/s);
    expect(requests).toBe(1);
  });

  test('HTTP/2 in clear text is refused, as it would go round the routes', async () => {
    const instance = await httpInstance(echo());
    const { port } = await planeWith([routeTo([instance.port])]);
    expect(await raw(port, ask().replace('websocket', 'h2c'))).toMatch(/^HTTP\/1.1 400 /);
  });

  test('no route and no instance are told', async () => {
    const { port } = await planeWith([routeTo([], { host: 'a' })]);
    expect(await raw(port, ask())).toMatch(/^HTTP\/1.1 503 .*Retry-After: 1/s);
    expect(await raw(port, ask().replace('Host: a', 'Host: b'))).toMatch(/^HTTP\/1.1 404 /);
  });
});

describe('bad requests', () => {
  const cases: { name: string; given: string; want: RegExp }[] = [
    {
      name: 'a length beside chunks',
      given:
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n',
      want: /^HTTP\/1.1 400 /,
    },
    {
      name: 'two lengths',
      given: 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx',
      want: /^HTTP\/1.1 400 /,
    },
    {
      name: 'an unknown transfer coding',
      given: 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n',
      want: /^HTTP\/1.1 400 /,
    },
    {
      name: 'two hosts',
      given: 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
      want: /^HTTP\/1.1 400 /,
    },
    {
      name: 'a malformed host',
      given: 'GET / HTTP/1.1\r\nHost: [abc\r\nConnection: close\r\n\r\n',
      want: /^HTTP\/1.1 400 /,
    },
    {
      name: 'a malformed host of an upgrade',
      given: 'GET / HTTP/1.1\r\nHost: [abc\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      want: /^HTTP\/1.1 400 /,
    },
    { name: 'no host', given: 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', want: /^HTTP\/1.1 400 / },
    { name: 'a space before a colon', given: 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', want: /^HTTP\/1.1 400 / },
    { name: 'no HTTP', given: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', want: /^HTTP\/1.1 400 / },
    {
      name: 'a header without end',
      given: `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      want: /^HTTP\/1.1 431 /,
    },
    { name: 'CONNECT', given: 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', want: /^$/ },
  ];
  test.each(cases)('$name', async ({ given, want }) => {
    let requests = 0;
    const instance = await httpInstance((_, response) => {
      requests += 1;
      response.end();
    });
    const { plane, port } = await planeWith([routeTo([instance.port])]);
    expect(await raw(port, given)).toMatch(want);
    expect(requests).toBe(0);
    // A client's mistake is never held against an instance.
    expect(plane.stats()).toMatchObject({ upstreamFailures: 0, retries: 0 });
    await until('nothing runs', () => plane.stats().active === 0);
  });

  test('a header that comes drop by drop is given up', async () => {
    const { port } = await planeWith([], { settings: { headersTimeoutMs: 200 } });
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow:')).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe('lifecycle', () => {
  test('a port that is taken is named, with what to do, and nothing stays open', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const addresses = [0, port].map((one) => ({ host: '127.0.0.1', port: one }));
    const plane = createEmbeddedPlane({ addresses, random: Math.random, now: Date.now });
    await expect(plane.start()).rejects.toMatchObject({
      code: 'EDGE_LISTEN',
      message: expect.stringContaining(`127.0.0.1:${port}: the port is taken`),
    });
    expect(plane.addresses()).toEqual([]);
  });

  test('stop lets what runs finish, tells kept connections, and may be called twice', async () => {
    let finish: (() => void) | undefined;
    const instance = await httpInstance((_, response) => {
      finish = () => response.end('done');
    });
    const { plane, port } = await planeWith([routeTo([instance.port])]);
    const running = get(port, '/', { headers: { connection: 'keep-alive' } });
    await until('it runs', () => finish);
    const stopped = plane.stop();
    finish?.();
    expect(await running).toMatchObject({ body: 'done', headers: { connection: 'close' } });
    await stopped;
    await plane.stop();
    await expect(get(port)).rejects.toThrow('ECONNREFUSED');
    expect(plane.stats().active).toBe(0);
  });

  test('stop ends what does not finish in time, tunnels too', async () => {
    const instance = await httpInstance(() => undefined);
    const { plane, port } = await planeWith([routeTo([instance.port])], { settings: { stopGraceMs: 50 } });
    const running = get(port);
    const failure = expect(running).rejects.toThrow();
    await until('it runs', () => plane.stats().active === 1);
    await plane.stop();
    await failure;
  });

  test('the access log tells each request when it is over', async () => {
    const entries: unknown[] = [];
    const instance = await httpInstance((_, response) => response.end('ok'));
    const { port } = await planeWith([routeTo([instance.port])], { accessLog: (entry) => entries.push(entry) });
    await get(port, '/x?secret=1', { headers: { host: 'a.example' } });
    await until('an entry', () => entries.length === 1);
    expect(entries[0]).toMatchObject({
      method: 'GET',
      host: 'a.example',
      path: '/x',
      status: 200,
      client: '127.0.0.1',
      upstream: `127.0.0.1:${instance.port}`,
      attempts: 1,
    });
  });
});
