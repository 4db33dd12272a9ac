import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createEmbeddedPlane, type EmbeddedDeps } from '../../../../src/edge/planes/embedded/embedded.ts';
import { isPlaceOfInstance } from '../../../../src/edge/planes/embedded/tcp-listeners.ts';
import type { DataPlane } from '../../../../src/edge/planes/plane.ts';
import type { TcpRoute } from '../../../../src/edge/route.ts';
import { backend } from '../../../support/http-instance.ts';
import { takePortBlock } from '../../../support/port-block.ts';
import { tcpInstance } from '../../../support/tcp-instance.ts';
import { until } from '../../../support/until.ts';

type Started = {
  plane: DataPlane;
  port: number;
  warnings: string[];
  apply: (ports: readonly number[]) => Promise<void>;
};

async function started(ports: readonly number[], settings: EmbeddedDeps['settings'] = {}): Promise<Started> {
  const port = await freePort();
  const warnings: string[] = [];
  const plane = createEmbeddedPlane({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    random: Math.random,
    now: () => performance.now(),
    settings: { stopGraceMs: 500, ...settings },
    warn: (message) => void warnings.push(message),
  });
  onTestFinished(() => plane.stop());
  await plane.start();
  const apply = (to: readonly number[]): Promise<void> => plane.apply({ routes: [], tcp: [route(port, to)] });
  await apply(ports);
  return { plane, port, warnings, apply };
}

function route(port: number, to: readonly number[]): TcpRoute {
  const places = to.map((one) => ({ address: '127.0.0.1', port: one }));
  return { port, services: ['db'], backends: to.map((one) => backend(one)), places };
}

async function freePort(): Promise<number> {
  const block = await takePortBlock();
  onTestFinished(() => block.release());
  return block.own[0] ?? 0;
}

function dial(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => socket.destroy());
  onTestFinished(() => void socket.destroy());
  return socket;
}

const says = (word: string) => (socket: Socket) => void socket.end(word);

test('bytes go both ways, as they are', async () => {
  const instance = await tcpInstance((socket) => socket.pipe(socket));
  const { plane, port } = await started([instance.port]);
  const sent = randomBytes(5_000_000);
  const client = dial(port);
  client.end(sent);
  expect((await buffer(client)).equals(sent)).toBe(true);
  await until('it is over', () => plane.stats().tcpActive === 0);
  expect(plane.stats()).toMatchObject({ tcpConnections: 1, tcpActive: 0, active: 0, tcpRefused: 0 });
});

test('the end of one direction is not the end of the other', async () => {
  const instance = await tcpInstance((socket) => {
    let got = '';
    socket.on('data', (data) => (got += String(data)));
    socket.on('end', () => setTimeout(() => socket.end(`${got} back`), 30));
  });
  const { port } = await started([instance.port]);
  const client = dial(port);
  client.end('there and');
  expect(await text(client)).toBe('there and back');
});

test('a service may speak first', async () => {
  const instance = await tcpInstance(says('220 ready'));
  const { port } = await started([instance.port]);
  expect(await text(dial(port))).toBe('220 ready');
});

test('a reader that stalls stalls the writer, and nothing piles up in between', async () => {
  let written = 0;
  const instance = await tcpInstance((socket) => {
    const push = (): void => {
      while (written < 200_000_000 && socket.write(Buffer.alloc(65_536), () => (written += 65_536)));
    };
    socket.on('drain', push);
    push();
  });
  const { port } = await started([instance.port]);
  const client = dial(port);
  await once(client, 'connect');
  client.pause();
  let before = -1;
  await until('the writer stalls', async () => {
    const isSame = written > 0 && written === before;
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 200));
    return isSame;
  });
  expect(written).toBeLessThan(50_000_000);
  client.resume();
  await until('it goes on', () => written > before + 10_000_000);
});

test('connections are spread over the instances by how many each has', async () => {
  const instances = await Promise.all([1, 2, 3].map(() => tcpInstance((socket) => void socket.write('x'))));
  const { port } = await started(instances.map((one) => one.port));
  await Promise.all(Array.from({ length: 9 }, () => once(dial(port), 'data')));
  expect(instances.map((one) => one.sockets.size)).toEqual([3, 3, 3]);
});

test('an instance that cannot be reached costs no connection, and a break is passed on as a break', async () => {
  const dead = await tcpInstance(() => undefined);
  await dead.kill();
  const instance = await tcpInstance((socket) => void socket.write('half'));
  const { plane, port } = await started([dead.port, instance.port]);
  const clients = Array.from({ length: 4 }, () => connect(port, '127.0.0.1'));
  const errors: string[] = [];
  for (const client of clients) client.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
  await Promise.all(clients.map((client) => once(client, 'data')));
  expect(plane.stats().retries).toBeGreaterThan(0);
  const closed = clients.map((client) => new Promise((resolve) => client.once('close', resolve)));
  await instance.kill();
  await Promise.all(closed);
  expect(errors).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
});

test('without an instance that takes it a connection is reset', async () => {
  const { plane, port } = await started([]);
  const client = connect(port, '127.0.0.1');
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
  expect(plane.stats().tcpRefused).toBe(1);
});

test('an instance that is taken out keeps its connections and gets no new one', async () => {
  const old = await tcpInstance((socket) => socket.pipe(socket));
  const fresh = await tcpInstance(says('fresh'));
  const { port, apply } = await started([old.port]);
  const client = dial(port);
  client.write('a');
  await once(client, 'data');
  await apply([fresh.port]);
  expect(await text(dial(port))).toBe('fresh');
  client.write('b');
  expect(String((await once(client, 'data'))[0])).toBe('b');
  const closed = new Promise((resolve) => client.once('close', resolve));
  await old.kill();
  await closed;
});

test('a port that no route names any more takes no connections; those that are open go on', async () => {
  const instance = await tcpInstance((socket) => socket.pipe(socket));
  const { plane, port, apply } = await started([instance.port]);
  const client = dial(port);
  client.write('a');
  await once(client, 'data');
  await plane.apply({ routes: [], tcp: [] });
  const [error] = (await once(connect(port, '127.0.0.1'), 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
  client.write('b');
  expect(String((await once(client, 'data'))[0])).toBe('b');
  await apply([instance.port]);
  const again = dial(port);
  again.write('c');
  expect(String((await once(again, 'data'))[0])).toBe('c');
});

test('a port that is taken is told once, and served as soon as it is free', async () => {
  const instance = await tcpInstance(says('served'));
  const { port, apply, warnings, plane } = await started([]);
  await plane.apply({ routes: [], tcp: [] });
  const owner = await tcpInstance(says('owner'), port);
  await apply([instance.port]);
  await apply([instance.port]);
  expect(warnings).toEqual([expect.stringMatching(`127.0.0.1:${port} is not served: another program has the port`)]);
  expect(await text(dial(port))).toBe('owner');
  await owner.kill();
  await until('the edge has it', async () => (await text(dial(port)).catch(() => '')) === 'served');
  expect(warnings[1]).toContain('is listened on now (db)');
});

test('the place of an instance is left to it, also while it is away', async () => {
  const { port, plane, warnings } = await started([]);
  await plane.apply({ routes: [], tcp: [{ ...route(port, [port]), backends: [] }] });
  expect(warnings).toEqual([expect.stringContaining('an instance of db has that place itself')]);
  const instance = await tcpInstance(says('itself'), port);
  expect(await text(dial(instance.port))).toBe('itself');
});

test.each([
  { name: 'the same address', host: '10.0.0.1', address: '10.0.0.1', want: true },
  { name: 'another address', host: '10.0.0.1', address: '10.0.0.2', want: false },
  { name: 'every address, and one of this machine', host: '0.0.0.0', address: '10.0.0.1', want: true },
  { name: 'every address, and one of another machine', host: '0.0.0.0', address: '10.0.0.9', want: false },
  { name: 'every address, and loopback', host: '::', address: '127.0.0.1', want: true },
])('whose place it is: $name', ({ host, address, want }) => {
  const given = { ...route(5432, []), places: [{ address, port: 5432 }] };
  expect(isPlaceOfInstance(host, given, ['10.0.0.1', '127.0.0.1'])).toBe(want);
});

test('a connection on which nothing moves is cut after its time', async () => {
  const instance = await tcpInstance((socket) => void socket.write('x'));
  const { port } = await started([instance.port], { tcpIdleTimeoutMs: 100 });
  const client = dial(port);
  await once(client, 'data');
  await new Promise((resolve) => client.once('close', resolve));
  await until('the instance is let go of too', () => instance.sockets.size === 0);
});

test('the end of the plane ends all connections', async () => {
  const instance = await tcpInstance((socket) => void socket.write('x'));
  const { plane, port } = await started([instance.port]);
  const client = dial(port);
  await once(client, 'data');
  const startedAt = performance.now();
  const closed = new Promise((resolve) => client.once('close', resolve));
  await plane.stop();
  await closed;
  expect(performance.now() - startedAt).toBeLessThan(400);
});
