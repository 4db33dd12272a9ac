import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { openDescriptors, rssBytes } from '../support/processes.ts';
import { until } from '../support/until.ts';
import { deployService } from './edge-load.ts';

/** Clients that keep their connections and say nothing, as browsers do. */

const CONNECTIONS = 10_000;
const WARM = 2000;
const AT_ONCE = 200;
const REQUEST = 'GET / HTTP/1.1\r\nHost: idle.example\r\n\r\n';
const MOST_BYTES_EACH = 32 * 1024;

test(`${CONNECTIONS} idle connections are held, each is still good for a request, and all of it is given back`, {
  timeout: 180_000,
}, async () => {
  const agent = await testAgent();
  await deployService(agent, 1);
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  // What the first requests alone bring along is no cost of the connections.
  await open(WARM);
  const before = { rss: rssBytes(agent.pid()), descriptors: openDescriptors(agent.pid()) };

  await open(CONNECTIONS);
  const held = { rss: rssBytes(agent.pid()), descriptors: openDescriptors(agent.pid()) };
  const each = (held.rss - before.rss) / CONNECTIONS;
  console.log(
    `${CONNECTIONS} connections: ${megabytes(before.rss)} MB before, ${megabytes(held.rss)} MB with them, ${Math.round(each / 102.4) / 10} KiB each; descriptors ${before.descriptors} → ${held.descriptors}`,
  );
  expect(held.descriptors).toBeGreaterThanOrEqual(before.descriptors + CONNECTIONS);
  expect(each).toBeLessThan(MOST_BYTES_EACH);

  const startedAt = performance.now();
  expect((await fetch(agent.edgeUrl)).status).toBe(200);
  console.log(`one more request: ${Math.round(performance.now() - startedAt)} ms`);
  await askAll(sockets);

  for (const socket of sockets) socket.destroy();
  await until('their descriptors are given back', () => openDescriptors(agent.pid()) < before.descriptors - WARM / 2);

  async function open(count: number): Promise<void> {
    for (let opened = 0; opened < count; opened += AT_ONCE) {
      const some = Array.from({ length: AT_ONCE }, () => connect(agent.ports.edgeHttp, '127.0.0.1'));
      sockets.push(...some);
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      await askAll(some);
    }
  }
});

/** One request on each, a few at a time; each must be answered. */
async function askAll(sockets: readonly Socket[]): Promise<void> {
  for (let from = 0; from < sockets.length; from += AT_ONCE)
    await Promise.all(
      sockets.slice(from, from + AT_ONCE).map(async (socket) => {
        socket.write(REQUEST);
        const [answer] = (await once(socket, 'data')) as [Buffer];
        expect(answer.toString('latin1').slice(0, 15)).toBe('HTTP/1.1 200 OK');
      }),
    );
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
