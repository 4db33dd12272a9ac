import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { createEmbeddedPlane } from '../../../../src/edge/planes/embedded/embedded.ts';
import type { DataPlane } from '../../../../src/edge/planes/plane.ts';
import { type HttpInstance, httpInstance, routeTo } from '../../../support/http-instance.ts';
import { until } from '../../../support/until.ts';

/** An instance with real WebSockets: it says its name, then sends back what it gets. `/stream` counts without end. */
type Instance = HttpInstance & { readonly name: string; readonly sockets: ReadonlySet<unknown>; leave(): void };

async function instance(name: string): Promise<Instance> {
  const http = await httpInstance((_, response) => {
    let number = 0;
    const timer = setInterval(() => response.write(`${name} ${number++}\n`), 5);
    response.once('close', () => clearInterval(timer));
  });
  const server = new WebSocketServer({ server: http.server, perMessageDeflate: true });
  server.on('connection', (socket) => {
    socket.send(name);
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    socket.on('error', () => undefined);
  });
  const leave = (): void => {
    for (const client of server.clients) client.close(1001, 'bye');
  };
  return { ...http, name, leave };
}

async function plane(): Promise<{ plane: DataPlane; port: number; to: (...instances: Instance[]) => Promise<void> }> {
  const plane = createEmbeddedPlane({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    random: Math.random,
    now: () => performance.now(),
    settings: { stopGraceMs: 200 },
  });
  onTestFinished(() => plane.stop());
  await plane.start();
  const to = (...instances: Instance[]): Promise<void> =>
    plane.apply({ routes: [routeTo(instances.map(({ port }) => port))], tcp: [] });
  return { plane, port: plane.addresses()[0]?.port ?? 0, to };
}

type Client = { socket: WebSocket; name: string; got: Buffer[]; closed: Promise<number> };

async function open(port: number): Promise<Client> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: true });
  onTestFinished(() => socket.terminate());
  const got: Buffer[] = [];
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const [name] = (await once(socket, 'message')) as [Buffer];
  socket.on('message', (data: Buffer) => got.push(data));
  return { socket, name: String(name), got, closed };
}

test('messages of every size and kind come back as they were', async () => {
  const one = await instance('one');
  const { plane: edge, port, to } = await plane();
  await to(one);
  const client = await open(port);
  const messages = [0, 1, 125, 126, 65_535, 65_536, 3_000_000].map((size) => randomBytes(size));
  for (const message of messages) client.socket.send(message);
  await until('all are back', () => client.got.length === messages.length);
  expect(client.got.map((got, at) => got.equals(messages[at] as Buffer))).toEqual(messages.map(() => true));
  const ponged = once(client.socket, 'pong');
  client.socket.ping('here');
  expect(String((await ponged)[0])).toBe('here');
  expect(edge.stats()).toMatchObject({ upgrades: 1, tunnels: 1, active: 1 });
  client.socket.close(4000, 'enough');
  expect(await client.closed).toBe(4000);
  await until('the counters know', () => edge.stats().tunnels === 0);
  expect(edge.stats().active).toBe(0);
});

test('while instances roll, each tunnel stays on its own until that says goodbye; new ones go to the new', async () => {
  const { plane: edge, port, to } = await plane();
  let running = [await instance('a0'), await instance('b0')];
  await to(...running);
  const clients = await Promise.all(Array.from({ length: 8 }, () => open(port)));
  expect(clients.map(({ name }) => name).sort()).toEqual(['a0', 'a0', 'a0', 'a0', 'b0', 'b0', 'b0', 'b0']);
  let sent = 0;
  const talk = setInterval(() => {
    for (const { socket } of clients) if (socket.readyState === WebSocket.OPEN) socket.send(String(sent));
    sent += 1;
  }, 2);
  onTestFinished(() => clearInterval(talk));

  for (const name of ['a1', 'b1']) {
    const [oldest, other] = running as [Instance, Instance];
    running = [other, await instance(name)];
    await to(...running);
    const theirs = clients.filter((client) => client.name === oldest.name);
    const others = clients.filter((client) => client.name === other.name);
    // Out of the catalog, and still at work.
    const before = theirs.map(({ got }) => got.length);
    await until('its tunnels go on', () => theirs.every(({ got }, at) => got.length > (before[at] ?? 0) + 10));
    expect(theirs.map(({ socket }) => socket.readyState)).toEqual(theirs.map(() => WebSocket.OPEN));
    oldest.leave();
    expect(await Promise.all(theirs.map(({ closed }) => closed))).toEqual(theirs.map(() => 1001));
    for (const { got } of theirs) expect(got.every((data, at) => Number(data) === at + Number(got[0]))).toBe(true);
    expect(others.map(({ socket }) => socket.readyState)).toEqual(others.map(() => WebSocket.OPEN));
    await oldest.finish();
    const fresh = await Promise.all(theirs.map(() => open(port)));
    for (const client of fresh) expect(client.name).not.toBe(oldest.name);
    clients.push(...fresh);
  }
  const left = clients.filter(({ socket }) => socket.readyState === WebSocket.OPEN).length;
  expect(edge.stats()).toMatchObject({ tunnels: left, active: left, upgrades: clients.length });
});

test('the death of an instance breaks its tunnels at once, and no others', async () => {
  const { plane: edge, port, to } = await plane();
  const [doomed, other] = [await instance('doomed'), await instance('other')];
  await to(doomed, other);
  const clients = await Promise.all([open(port), open(port)]);
  const [broken, whole] = clients.sort((a, b) => (a.name < b.name ? -1 : 1)) as [Client, Client];
  await doomed.kill();
  // 1006: no closing words.
  expect(await broken.closed).toBe(1006);
  whole.socket.send('still here');
  await until('the other goes on', () => whole.got.length === 1);
  expect(edge.stats().tunnels).toBe(1);
});

test('a client that goes away without a word is told to the instance', async () => {
  const { plane: edge, port, to } = await plane();
  const one = await instance('one');
  await to(one);
  const client = await open(port);
  client.socket.terminate();
  await until('nothing is left of it', () => one.sockets.size === 0 && edge.stats().tunnels === 0);
});

test('a stream goes on when its instance is taken out, and is cut when that dies', async () => {
  const { plane: edge, port, to } = await plane();
  const [old, fresh] = [await instance('old'), await instance('fresh')];
  await to(old);
  const outgoing = get(`http://127.0.0.1:${port}/stream`, { agent: false });
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  answer.on('data', (data) => (text += String(data)));
  await to(fresh);
  await until('it goes on', () => text.includes('old 20\n'));
  expect(edge.stats().active).toBe(1);
  const cut = once(answer, 'error');
  await old.kill();
  expect(String((await cut)[0])).toContain('aborted');
  await until('it is over', () => edge.stats().active === 0);
});
