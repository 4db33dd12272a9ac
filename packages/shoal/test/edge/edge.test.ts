import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { createConsulClient } from '@shoal/api';
import { expect, onTestFinished, test } from 'vitest';
import { createConsulSource } from '../../src/edge/consul-source.ts';
import { createEdge, type Edge } from '../../src/edge/edge.ts';
import { createEmbeddedPlane } from '../../src/edge/planes/embedded/embedded.ts';
import type { DataPlane, DesiredConfig } from '../../src/edge/planes/plane.ts';
import { isRoutingTag } from '../../src/edge/tags/dialects.ts';
import { type FakeConsul, fakeConsul } from '../support/fake-consul.ts';
import { type HttpInstance, httpInstance } from '../support/http-instance.ts';
import { until } from '../support/until.ts';

const ROUTED = ['shoal.route=shop.example'];
const REQUESTS = 3000;

async function startedEdge(consul: FakeConsul): Promise<{ edge: Edge; port: number }> {
  const { random } = Math;
  const warn = (): void => undefined;
  const edge = createEdge({
    source: createConsulSource({ client: createConsulClient({ address: consul.address }), isRoutingTag, random, warn }),
    plane: createEmbeddedPlane({
      addresses: [{ host: '127.0.0.1', port: 0 }],
      random,
      now: () => performance.now(),
      settings: { stopGraceMs: 500 },
    }),
    warn,
  });
  onTestFinished(() => edge.stop());
  await edge.start();
  return { edge, port: edge.addresses()[0]?.port ?? 0 };
}

/** Status and body, or the error's text. */
function ask(port: number, agent: Agent, method = 'GET', body = ''): Promise<string> {
  return new Promise((resolve) => {
    const headers = { host: 'shop.example', 'content-length': Buffer.byteLength(body) };
    const outgoing = httpRequest({ host: '127.0.0.1', port, agent, method, headers }, (response: IncomingMessage) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
      response.on('error', (error) => resolve(`broken: ${error.message}`));
    });
    outgoing.on('error', (error) => resolve(`failed: ${error.message}`));
    outgoing.end(body);
  });
}

function kept(sockets: number): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  onTestFinished(() => agent.destroy());
  return agent;
}

test('from nothing to a route, to no healthy instance, to nothing again', async () => {
  const consul = await fakeConsul();
  const instance = await httpInstance((_, response) => response.end('hello'));
  const { edge, port } = await startedEdge(consul);
  const agent = kept(1);
  const entry = { service: 'web', id: 'w1', port: instance.port, tags: ROUTED };
  const answers = (want: string): Promise<unknown> =>
    until(want, async () => (await ask(port, agent)).startsWith(want));

  await answers('404');
  consul.set(entry);
  await answers('200 hello');
  expect(edge.stats()).toMatchObject({ routes: 1, backends: 1 });
  consul.set({ ...entry, status: 'critical' });
  await answers('503');
  consul.set(entry);
  await answers('200 hello');
  await consul.down();
  expect(await ask(port, agent)).toBe('200 hello');
  await consul.up();
  consul.remove('w1');
  await answers('404');
});

test('a change of the catalog is in force within moments', async () => {
  const consul = await fakeConsul();
  const instance = await httpInstance((_, response) => response.end());
  const { edge } = await startedEdge(consul);
  const entry = { service: 'web', id: 'w1', port: instance.port, tags: ROUTED };
  consul.set(entry);
  await until('the route', () => edge.stats().backends === 1);
  const times: number[] = [];
  for (let i = 0; i < 10; i++) {
    await until('both queries wait', () => consul.waiting() === 2);
    const startedAt = performance.now();
    consul.set({ ...entry, status: i % 2 === 0 ? 'critical' : 'passing' });
    while (edge.stats().backends !== i % 2) await delay(1);
    times.push(performance.now() - startedAt);
  }
  expect(times.sort((a, b) => a - b)[5]).toBeLessThan(100);
});

/** Ends a task that is out of the catalog: when its requests are over, or at once. */
type Ending = (instance: HttpInstance) => Promise<void>;

const afterItsRequests: Ending = async (instance) => {
  await until('its connections are closed', () => instance.sockets.size === 0);
  await instance.kill();
};
// Closes connections on which a request may have arrived unread, as servers do that are told to end.
const atOnce: Ending = (instance) => instance.finish();

test.each([
  {
    name: 'no request fails while instances come and go, each ending after its requests',
    postEvery: 5,
    end: afterItsRequests,
  },
  { name: 'no GET fails while instances come and go, each ending at once', postEvery: 0, end: atOnce },
])('$name', async ({ postEvery, end }) => {
  const consul = await fakeConsul();
  const { edge, port } = await startedEdge(consul);
  const agent = kept(16);
  const results = new Map<string, number>();
  const running: { id: string; instance: HttpInstance }[] = [];
  let left = REQUESTS;
  let next = 0;
  let rounds = 0;

  await addInstance();
  await addInstance();
  await until('two backends', () => edge.stats().backends === 2);
  const load = Promise.all(Array.from({ length: 16 }, worker));
  while (left > 0) {
    await addInstance();
    await until('three backends', () => edge.stats().backends === 3);
    await removeOldest();
    rounds += 1;
  }
  await load;

  expect([...results]).toEqual([['200 ok', REQUESTS]]);
  expect(rounds).toBeGreaterThan(3);

  async function worker(): Promise<void> {
    while (left > 0) {
      left -= 1;
      const isPost = postEvery > 0 && left % postEvery === 0;
      const result = isPost ? await ask(port, agent, 'POST', 'x'.repeat(2000)) : await ask(port, agent);
      results.set(result, (results.get(result) ?? 0) + 1);
    }
  }

  async function addInstance(): Promise<void> {
    const instance = await httpInstance((request, response) => {
      request.resume();
      request.on('end', () => setTimeout(() => response.end('ok'), 5));
    });
    const id = `w${next++}`;
    running.push({ id, instance });
    consul.set({ service: 'web', id, port: instance.port, tags: ROUTED });
  }

  async function removeOldest(): Promise<void> {
    const oldest = running.shift();
    if (!oldest) return;
    consul.remove(oldest.id);
    await until('the edge knows', () => edge.stats().backends === 2);
    await end(oldest.instance);
  }
});

test('an instance that is killed without a word costs no GET', async () => {
  const consul = await fakeConsul();
  const { edge, port } = await startedEdge(consul);
  const instances = await Promise.all(
    [0, 1, 2].map(() => httpInstance((_, response) => void setTimeout(() => response.end('ok'), 2))),
  );
  for (const { port: at } of instances) consul.set({ service: 'web', id: `w${at}`, port: at, tags: ROUTED });
  await until('three backends', () => edge.stats().backends === 3);
  const agent = kept(8);
  const results = new Set<string>();
  const load = Array.from({ length: 8 }, async () => {
    for (let i = 0; i < 60; i++) results.add(await ask(port, agent));
  });
  await delay(20);
  await instances[0]?.kill();
  await Promise.all(load);
  expect([...results]).toEqual(['200 ok']);
  expect(edge.stats().retries).toBeGreaterThan(0);
});

test('a plane that does not take a configuration keeps the former one, and gets the next', async () => {
  const consul = await fakeConsul();
  const applied: DesiredConfig[] = [];
  const warnings: string[] = [];
  let isBroken = true;
  const plane: DataPlane = {
    name: 'picky',
    start: async () => undefined,
    stop: async () => undefined,
    listen: async () => undefined,
    apply: async (desired) => {
      if (isBroken && desired.routes.length > 0) throw new Error('no room');
      applied.push(desired);
    },
    addresses: () => [],
    stats: () => ({}) as ReturnType<DataPlane['stats']>,
  };
  const client = createConsulClient({ address: consul.address });
  const warn = (message: string): void => void warnings.push(message);
  const edge = createEdge({
    source: createConsulSource({ client, isRoutingTag, random: Math.random, warn }),
    plane,
    warn,
  });
  onTestFinished(() => edge.stop());
  await edge.start();
  await until('nothing is applied', () => applied.length === 1);
  consul.set({ service: 'web', id: 'w1', port: 1, tags: ROUTED });
  await until('a warning', () => warnings.length === 1);
  expect(warnings[0]).toContain('picky did not take the new routes, the former ones stay: no room');
  isBroken = false;
  consul.set({ service: 'web', id: 'w2', port: 2, tags: ROUTED });
  await until('the next', () => applied.at(-1)?.routes[0]?.backends.length === 2);
});
