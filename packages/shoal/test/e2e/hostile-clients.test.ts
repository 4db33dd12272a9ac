import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { collectGarbage } from '../support/inspector.ts';
import { allocOf, jobFile } from '../support/jobs.ts';
import { openDescriptors, rssBytes } from '../support/processes.ts';
import { seeded, sendTcp, statusOf } from '../support/raw.ts';
import { until } from '../support/until.ts';
import { attacks, bodyTargets, sendBody } from './attacks.ts';

/** One agent, with a service behind its edge, and everything that may be thrown at it. */

/** Longer than any of them is kept idle by who might close it. */
const QUIET_MS = 5_000;

let agent: TestAgent;
let inspector: number;

beforeAll(async () => {
  inspector = await freePort();
  agent = await prepareAgent({ nodeFlags: [`--inspect=127.0.0.1:${inspector}`] });
  await agent.start();
  // Lets go of idle connections at once, so that they are not counted for long.
  const serve = `const server = require('http').createServer((q, r) => r.end('served'));
server.keepAliveTimeout = 200;
server.listen(process.env.NOMAD_PORT_web, '127.0.0.1')`;
  const group =
    'network {\n port "web" {}\n }\n service {\n name = "web"\n port = "web"\n route {\n path = "/"\n }\n }';
  await agent.run(jobFile('web', ['node', '-e', serve], { more: group }));
  await allocOf(agent, 'web', ({ ClientStatus }) => ClientStatus === 'running');
  await until('the edge serves', async () => (await fetch(agent.edgeUrl)).ok);
});

afterAll(() => agent?.dispose());

describe('a request that is refused', () => {
  const ask = (port: number, head: string) =>
    sendTcp(port, [`${head}\r\nConnection: close\r\n\r\n`], { waitMs: 3_000 });
  const cases = [
    { name: 'another Host', head: 'GET /v1/jobs HTTP/1.1\r\nHost: evil.example' },
    { name: 'another Origin', head: 'GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example' },
    { name: 'no origin at all', head: 'PUT /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nOrigin: null' },
  ];
  test.each(cases)('for $name, on both APIs', async ({ head }) => {
    for (const port of [agent.ports.http, agent.ports.consulHttp]) expect(statusOf(await ask(port, head))).toBe(403);
  });

  test('for its size is told so', async () => {
    for (const { port, path } of bodyTargets(agent).filter(({ port }) => port !== agent.ports.edgeHttp))
      expect([path, statusOf(await sendBody(port, path, 100))]).toEqual([path, 413]);
  });

  test('for its headers is told so', async () => {
    const head = `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(1_000_000)}`;
    for (const port of [agent.ports.http, agent.ports.consulHttp, agent.ports.edgeHttp])
      expect([0, 431]).toContain(statusOf(await ask(port, head)));
  });
});

describe('under attack', { timeout: 60_000 }, () => {
  test.each(attacks)('by $name, it serves as before', async ({ run }) => {
    const attack = run(agent, seeded(1));
    await served();
    await attack;
    await served();
    expect(agent.log()).not.toMatch(/"level":"error"/);
  });

  test('again and again, its memory and its descriptors stay what they were', async () => {
    const round = async (seed: number) => {
      for (const { run } of attacks) await run(agent, seeded(seed));
    };
    await round(2);
    await round(3);
    const before = await settled(0);
    const figures = [before];
    for (const seed of [4, 5]) {
      await round(seed);
      figures.push(await settled(before.descriptors));
    }
    const story = JSON.stringify(figures);
    const last = figures.at(-1) ?? before;
    expect(last.descriptors, story).toBeLessThanOrEqual(before.descriptors * 1.1);
    expect(last.rss, story).toBeLessThanOrEqual(before.rss * 1.1);
  });
});

/** All that it is for still works. */
async function served(): Promise<void> {
  expect(await (await fetch(agent.edgeUrl)).text()).toBe('served');
  expect((await agent.nomad.jobs.list()).value.map(({ Status }) => Status)).toEqual(['running']);
  expect((await agent.consul.healthService('web', { passing: true })).value).toHaveLength(1);
  expect((await askDns(agent.ports.dns, { name: 'web.service.consul', type: 'SRV' })).answer).toHaveLength(1);
}

/** Its figures when nobody asks for anything: connections are gone, at least down to `expected` or until none goes any more; garbage is collected. */
async function settled(expected: number): Promise<{ rss: number; descriptors: number }> {
  let quietSince = Date.now();
  let descriptors = Number.NaN;
  await until(
    'connections are gone',
    () => {
      const now = openDescriptors(agent.pid());
      if (now !== descriptors) quietSince = Date.now();
      descriptors = now;
      return now <= expected || Date.now() - quietSince > QUIET_MS;
    },
    30_000,
  );
  const samples: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await collectGarbage(inspector);
    samples.push(rssBytes(agent.pid()));
  }
  return { rss: Math.min(...samples), descriptors };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
