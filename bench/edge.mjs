// The edge's embedded proxy beside HAProxy and nginx: the same instances, the same client (wrk, 64 connections), one process each.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianProgram } from './support/debian.mjs';
import { httpRate } from './support/load.mjs';
import { startHaproxy, startInstances, startNginxProxy } from './support/proxies.mjs';
import { freePort, put, startShoal, until } from './support/shoal.mjs';
import { median, perSecond } from './support/table.mjs';
import { inTurn } from './support/turns.mjs';

const SECONDS = 3;
const ROUNDS = 3;
const CONNECTIONS = 64;
const INSTANCES = 3;
const SIZES = [
  ['small', 20],
  ['100 kB', 100_000],
];

export async function* bench() {
  const [wrk, haproxy, nginx] = ['wrk', 'haproxy', 'nginx'].map((program) => debianProgram(program));
  if (!wrk || !nginx) throw new Error('wrk or nginx is missing: apt-get install wrk nginx-light haproxy');
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-edge-'));
  const ports = await Promise.all(Array.from({ length: INSTANCES }, () => freePort()));
  const sizes = SIZES.map(([, bytes]) => bytes);
  const instances = await startInstances(nginx, dir, ports, sizes);
  const shoal = await startShoal();
  for (const port of ports) await register(shoal, `web-${port}`, 'web', port, '/');
  await until('the edge serves', async () => (await fetch(`http://127.0.0.1:${shoal.edgePort}/20`)).ok);
  const proxies = [
    { name: 'Shoal', port: shoal.edgePort, pid: shoal.pid },
    ...(haproxy ? [{ name: 'HAProxy', ...(await startHaproxy(haproxy, dir, ports)) }] : []),
    { name: 'nginx', ...(await startNginxProxy(nginx, dir, ports)) },
  ];
  for (const [size, bytes] of SIZES) yield* besidePeers(wrk, proxies, size, bytes);
  yield await growth(wrk, shoal, ports);
  for (const { stop } of [...proxies.slice(1), instances, shoal]) await stop();
  rmSync(dir, { recursive: true, force: true });
  yield await untilLastRequest();
}

async function* besidePeers(wrk, proxies, size, bytes) {
  const measured = await inTurn(proxies, ROUNDS, ({ port, pid }) =>
    httpRate(wrk, `http://127.0.0.1:${port}/${bytes}`, { seconds: SECONDS, pid, connections: CONNECTIONS }),
  );
  const [ours, ...peers] = measured;
  for (const [at, peer] of peers.entries())
    yield {
      what: `edge, ${size} answers, ${CONNECTIONS} connections`,
      ours: shown(ours),
      peer: `${proxies[at + 1].name} ${shown(peer)}`,
      ratio: `${(ours.rate / peer.rate).toFixed(2)} ×`,
      figures: { ours, peer },
    };
}

function shown({ rate, p99, cpu }) {
  return `${perSecond(rate)}, ${cpu.toFixed(0)} µs of CPU each, p99 ${p99.toFixed(1)} ms`;
}

/** CPU per request with ever more services that have a route. */
async function growth(wrk, shoal, ports) {
  const points = [];
  let known = 1;
  for (const services of [1, 10, 100]) {
    for (; known < services; known += 1)
      await register(shoal, `other-${known}`, `other-${known}`, ports[0], `/other-${known}`);
    const [{ cpu }] = await inTurn([shoal], ROUNDS, ({ edgePort, pid }) =>
      httpRate(wrk, `http://127.0.0.1:${edgePort}/20`, { seconds: 1, pid }),
    );
    points.push([services, cpu]);
  }
  return { what: 'a request through the edge (CPU)', of: 'services with a route', unit: 'µs', points };
}

async function register({ consul }, ID, Name, Port, route) {
  await put(`${consul}/v1/agent/service/register`, {
    ID,
    Name,
    Address: '127.0.0.1',
    Port,
    Tags: [`shoal.route=${route}`],
  });
}

const CHANGES = 10;

/** From the moment in which a check says critical to the last request that its instance gets, under a steady load. */
async function untilLastRequest() {
  const shoal = await startShoal();
  const lastAt = [0, 0];
  const servers = [0, 1].map((at) =>
    createServer((_, response) => {
      lastAt[at] = performance.now();
      response.end();
    }),
  );
  const says = (Status) => put(`${shoal.consul}/v1/agent/check/update/c0`, { Status });
  for (const [at, server] of servers.entries()) {
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    await put(`${shoal.consul}/v1/agent/service/register`, {
      ...{ ID: `w${at}`, Name: 'web', Address: '127.0.0.1', Port: server.address().port, Tags: ['shoal.route=/'] },
      Check: { CheckID: `c${at}`, TTL: '10m', Status: 'passing' },
    });
  }
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver)
      await fetch(`http://127.0.0.1:${shoal.edgePort}/`)
        .then((answer) => answer.text())
        .catch(() => undefined);
  });
  const times = [];
  try {
    for (let round = 0; round < CHANGES; round += 1) {
      await says('passing');
      const from = performance.now();
      await until('both get requests', () => lastAt[0] > from && lastAt[1] > from);
      const criticalAt = performance.now();
      await says('critical');
      await new Promise((resolve) => setTimeout(resolve, 300));
      times.push(Math.max(0, lastAt[0] - criticalAt));
    }
  } finally {
    isOver = true;
    await Promise.all(load);
    for (const server of servers) server.close();
    await shoal.stop();
  }
  return {
    what: 'from a check that turns critical to the last request sent there',
    ours: `median ${median(times).toFixed(0)} ms, most ${Math.max(...times).toFixed(0)} ms`,
    figures: { median: median(times), most: Math.max(...times) },
  };
}
