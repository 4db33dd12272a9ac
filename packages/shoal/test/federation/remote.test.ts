import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { TlsContent } from '../../src/federation/connections.ts';
import { createRemote, type Remote, type RemoteLimits, wasPassedOn } from '../../src/federation/remote.ts';
import { createAuthority, issueCertificate } from '../../src/rpc/tls/authority.ts';
import { httpInstance } from '../support/http-instance.ts';
import { until } from '../support/until.ts';

const NOBODY = 'http://127.0.0.1:1';
const at = ({ port }: { port: number }) => `http://127.0.0.1:${port}`;
const forever = new AbortController().signal;

type Given = { token?: string; tls?: TlsContent; limits?: Partial<RemoteLimits>; now?: () => number };

function remoteAt(addresses: string[], { token, tls = {}, limits, now = () => performance.now() }: Given = {}): Remote {
  const remote = createRemote({ name: 'dc2', addresses, token, tls, now, ...(limits && { limits }) });
  onTestFinished(() => remote.close());
  return remote;
}

const send = (remote: Remote, method: string, more: object = {}) =>
  remote.send({ method, path: '/v1/kv/x', signal: forever, answerWithinMs: 5_000, ...more });
const ask = (remote: Remote, withinMs = 5_000) => remote.ask('/v1/x', { signal: forever, withinMs });

/** Takes the request, and breaks the connection. */
async function breaker() {
  let asked = 0;
  const instance = await httpInstance((request) => {
    asked += 1;
    request.socket.destroy();
  });
  return { port: instance.port, asked: () => asked };
}

async function answering(body: string, headers: Record<string, string> = {}) {
  const seen: { method: string | undefined; headers: NodeJS.Dict<string | string[]> }[] = [];
  const instance = await httpInstance((request, response) => {
    seen.push({ method: request.method, headers: request.headers });
    response.writeHead(200, headers);
    response.end(body);
  });
  return { port: instance.port, seen };
}

test('an address that fails is passed over, and tried again after its rest', async () => {
  let now = 0;
  const [broken, good] = [await breaker(), await answering('[1]')];
  const remote = remoteAt([at(broken), at(good)], { now: () => now });
  expect((await ask(remote)).value).toEqual([1]);
  expect((await ask(remote)).value).toEqual([1]);
  expect(broken.asked()).toBe(1);
  now = 60_000;
  await ask(remote);
  // The one that answered last is first.
  expect([broken.asked(), good.seen.length]).toEqual([1, 3]);
});

test('when all have failed the reasons are told at once, and nobody is asked until their rest is over', async () => {
  const broken = await breaker();
  const remote = remoteAt([NOBODY, at(broken)]);
  const failure =
    /^Datacenter "dc2" cannot be reached: http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*; http:\/\/127\.0\.0\.1:\d+: /;
  await expect(ask(remote)).rejects.toThrow(failure);
  await expect(ask(remote)).rejects.toThrow(failure);
  expect(broken.asked()).toBe(1);
});

test('a write that may have arrived is not sent once more; one that cannot have is', async () => {
  const [broken, good] = [await breaker(), await answering('true')];
  await expect(send(remoteAt([at(broken), at(good)]), 'PUT')).rejects.toThrow('cannot be reached');
  expect(good.seen.length).toBe(0);
  expect((await send(remoteAt([NOBODY, at(good)]), 'PUT')).statusCode).toBe(200);
  expect(good.seen.length).toBe(1);
});

test('a reading on a connection that was closed over there meanwhile is sent again', async () => {
  let answered = 0;
  const instance = await httpInstance((request, response) => {
    answered += 1;
    // The second request of a connection finds it closed, as when both happen at once.
    if (answered === 2) request.socket.destroy();
    else response.end('[]');
  });
  const remote = remoteAt([at(instance)]);
  expect((await ask(remote)).value).toEqual([]);
  expect((await ask(remote)).value).toEqual([]);
  expect(answered).toBe(3);
});

test('requests show that they were passed on, and the token of who asks or else that of the configuration', async () => {
  const good = await answering('[]');
  const remote = remoteAt([at(good)], { token: 'configured' });
  const tokens: [string, object][] = [
    ['configured', {}],
    ['mine', { headers: { 'x-consul-token': 'mine' } }],
    ['undefined', { headers: { authorization: 'Bearer mine' } }],
    ['undefined', { path: '/v1/kv/x?token=mine' }],
  ];
  for (const [, more] of tokens) (await send(remote, 'GET', more)).resume();
  expect(good.seen.map(({ headers }) => String(headers['x-consul-token']))).toEqual(tokens.map(([token]) => token));
  expect(good.seen.every(({ headers }) => wasPassedOn(headers['via'] as string))).toBe(true);
  (await send(remote, 'GET', { headers: { via: '1.1 proxy' } })).resume();
  expect(good.seen.at(-1)?.headers['via']).toBe('1.1 proxy, 1.1 shoal');
  expect(wasPassedOn(undefined)).toBe(false);
  expect(wasPassedOn('1.1 proxy, 1.1 shoal')).toBe(true);
  expect(wasPassedOn('1.1 proxy')).toBe(false);
});

test('who takes a connection and says nothing is given up', async () => {
  const silent = await httpInstance(() => undefined);
  await expect(ask(remoteAt([at(silent)]), 200)).rejects.toThrow('no answer within 0.2 s');
  await expect(send(remoteAt([at(silent)]), 'PUT', { answerWithinMs: 200 })).rejects.toThrow('no answer within 0.2 s');
  // The head alone is no answer to who wants all of it.
  const slow = await httpInstance((_, response) => response.write('['));
  await expect(ask(remoteAt([at(slow)]), 200)).rejects.toThrow('no answer within 0.2 s');
  await until('its connection is closed', () => slow.sockets.size === 0);
});

test('what makes no sense, or has no end, is no answer', async () => {
  const page = await answering('<html>', { 'content-type': 'text/html' });
  await expect(ask(remoteAt([at(page)]))).rejects.toThrow(/^Datacenter "dc2" cannot be reached: .*JSON/);
  const failing = await httpInstance((_, response) => {
    response.writeHead(500);
    response.end(`No path to datacenter${'!'.repeat(10_000)}`);
  });
  await expect(ask(remoteAt([at(failing)]))).rejects.toThrow(/: 500: No path to datacenter!{1,200}$/);
  const endless = await httpInstance((_, response) => {
    const part = Buffer.alloc(64 * 1024, ' ');
    const more = () => {
      while (!response.destroyed && response.write(part));
    };
    response.on('drain', more);
    more();
  });
  const remote = remoteAt([at(endless)], { limits: { answerBytes: 1024 * 1024 } });
  await expect(ask(remote)).rejects.toThrow('more than 1048576 bytes');
  await until('its connection is closed', () => endless.sockets.size === 0);
});

test('who goes away ends what runs over there', async () => {
  const silent = await httpInstance(() => undefined);
  const leaving = new AbortController();
  const sent = send(remoteAt([at(silent)]), 'GET', { signal: leaving.signal });
  await until('it is asked', () => silent.sockets.size === 1);
  leaving.abort(new Error('gone'));
  await expect(sent).rejects.toThrow('gone');
  await until('its connection is closed', () => silent.sockets.size === 0);
});

test('https by an authority and a name of the configuration, and by no other', async () => {
  const ca = await createAuthority({ name: 'Test', now: Date.now(), days: 1 });
  const names = { role: 'server', region: 'global', dnsNames: ['consul.test'], addresses: [] } as const;
  const { certificate, key } = await issueCertificate(ca, names, { now: Date.now(), days: 1 });
  const server = createServer({ cert: certificate, key }, (_, response) => response.end('["secure"]'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tls = { ca: ca.certificate, servername: 'consul.test' };
  expect((await ask(remoteAt([address], { tls }))).value).toEqual(['secure']);
  expect((await send(remoteAt([address], { tls }), 'PUT')).statusCode).toBe(200);
  await expect(ask(remoteAt([address]))).rejects.toThrow(/certificate/);
  const other = { ...tls, servername: 'other.test' };
  await expect(ask(remoteAt([address], { tls: other }))).rejects.toThrow(/altnames/);
});
