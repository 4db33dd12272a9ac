import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import type { TestAgent } from '../support/agent.ts';
import { questionBytes } from '../support/dns-message.ts';
import { openTcp, randomBytesOf, sendTcp, sendUdp, statusOf } from '../support/raw.ts';

/** What a hostile or broken client may do to an agent. Each attack ends by itself, and leaves no connection of its own open. */
export type Attack = { readonly name: string; run(agent: TestAgent, random: () => number): Promise<unknown> };

const MEGABYTE = 1024 * 1024;

export const attacks: readonly Attack[] = [
  {
    name: 'random packets to DNS',
    run: ({ ports }, random) =>
      sendUdp(
        ports.dns,
        times(300, () => randomBytesOf(random, Math.floor(random() * 600))),
      ),
  },
  {
    name: 'cut and twisted questions to DNS',
    run: ({ ports }, random) => sendUdp(ports.dns, [...cutQuestions(), ...twistedQuestions(random)]),
  },
  { name: 'the largest packet to DNS', run: ({ ports }) => sendUdp(ports.dns, [Buffer.alloc(65_507, 0xc0)]) },
  {
    name: 'garbage to DNS over TCP',
    run: ({ ports }, random) =>
      all(20, () => sendTcp(ports.dns, [randomBytesOf(random, 1 + Math.floor(random() * 3_000))])),
  },
  {
    name: 'half messages to DNS over TCP',
    run: ({ ports }) =>
      all(20, () => sendTcp(ports.dns, [Buffer.of(0, 40), questionBytes({ name: 'a.consul' }).subarray(0, 5)])),
  },
  {
    name: 'many questions without reading the answers',
    run: async ({ ports }) => {
      const question = questionBytes({ name: 'consul.service.consul', type: 'SRV' });
      const message = Buffer.concat([Buffer.of(0, question.length), question]);
      const socket = openTcp(ports.dns).pause();
      for (let sent = 0; sent < 4_000 && !socket.destroyed; sent++) socket.write(message);
      await delay(300);
      socket.destroy();
    },
  },
  {
    name: 'bodies of 100 MB',
    run: async (agent) => {
      for (const { port, path } of bodyTargets(agent)) await sendBody(port, path, 100);
    },
  },
  {
    name: 'JSON that is none, deep, wrong, or unknown',
    run: async (agent) => {
      for (const target of bodyTargets(agent)) for (const body of badBodies) await put(target, body);
    },
  },
  {
    name: 'paths that climb, and paths that are none',
    run: async ({ ports }) => {
      for (const port of [ports.http, ports.consulHttp, ports.edgeHttp])
        await Promise.all(
          badPaths.map((path) =>
            sendTcp(port, [`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`]),
          ),
        );
    },
  },
  {
    name: 'floods of headers',
    run: async ({ ports }) => {
      const many = Array.from({ length: 5_000 }, (_, index) => `x-${index}: ${index}\r\n`).join('');
      const long = `x: ${'y'.repeat(MEGABYTE)}\r\n`;
      for (const port of httpPorts(ports))
        for (const headers of [many, long])
          await sendTcp(port, [`GET / HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`]);
    },
  },
  {
    name: 'requests that come byte by byte',
    run: ({ ports }) =>
      Promise.all(
        httpPorts(ports).flatMap((port) => times(25, () => drip(port, 'GET /v1/status/leader HTTP/1.1\r\nHost: loc'))),
      ),
  },
  {
    name: 'requests that are called off',
    run: ({ ports, consulUrl, nomadUrl, edgeUrl }) =>
      Promise.all([
        ...times(25, () => callOff(`${consulUrl}/v1/kv/nothing?index=1&wait=60s`)),
        ...times(25, () => callOff(`${nomadUrl}/v1/jobs?index=1000000&wait=60s`)),
        ...times(25, () => callOff(`${nomadUrl}/v1/event/stream`)),
        ...times(25, () => callOff(edgeUrl)),
        ...httpPorts(ports).map((port) =>
          sendTcp(port, ['PUT /v1/kv/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc']),
        ),
      ]),
  },
  {
    name: 'connections that say nothing',
    run: async ({ ports }) => {
      const sockets = allPorts(ports).flatMap((port) => times(40, () => openTcp(port)));
      await delay(300);
      for (const socket of sockets) socket.destroy();
    },
  },
  {
    name: 'connections that are cut without a word',
    run: async ({ ports }) => {
      const sockets = allPorts(ports).flatMap((port) => times(40, () => openTcp(port)));
      await Promise.all(
        sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))),
      );
      for (const socket of sockets) socket.resetAndDestroy();
    },
  },
  {
    name: 'garbage on every port',
    run: ({ ports }, random) =>
      Promise.all(allPorts(ports).flatMap((port) => times(10, () => sendTcp(port, [randomBytesOf(random, 2_000)])))),
  },
  {
    name: 'WebSockets that are none',
    run: ({ ports }, random) =>
      Promise.all(
        httpPorts(ports).flatMap((port) =>
          ['/', '/v1/client/allocation/x/exec?task=t&command=%5B%22sh%22%5D', '/v1/agent/monitor'].map((path) =>
            sendTcp(port, [upgradeTo(path), randomBytesOf(random, 4_000)]),
          ),
        ),
      ),
  },
  {
    name: 'strangers at the agents’ port',
    run: async ({ ports }) => {
      await all(10, () => sendTcp(ports.rpc, ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n']));
      await all(10, () => shakeHands(ports.rpc));
    },
  },
];

/** A stranger that speaks TLS, without a certificate of the cluster. */
function shakeHands(port: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    socket.once('secureConnect', () => socket.write('GET / HTTP/1.1\r\n\r\n'));
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    setTimeout(() => socket.destroy(), 500);
  });
}

function cutQuestions(): Buffer[] {
  const whole = questionBytes({ name: 'backserve.service.consul', type: 'SRV', edns: 1232 });
  return Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length));
}

/** A header as in RFC 1035, section 4.1.1, with what may be wrong behind it. */
function twistedQuestions(random: () => number): Buffer[] {
  const header = (counts: readonly number[], flags = 0x0100) =>
    Buffer.from([0x12, 0x34, flags >> 8, flags & 255, ...counts.flatMap((count) => [count >> 8, count & 255])]);
  const pointerToItself = Buffer.of(0xc0, 12, 0, 1, 0, 1);
  const pointersInTurn = Buffer.of(0xc0, 14, 0xc0, 12, 0, 1, 0, 1);
  const longLabel = Buffer.concat([Buffer.of(63), Buffer.alloc(63, 97)]);
  const longName = Buffer.concat([...Array<Buffer>(8).fill(longLabel), Buffer.of(0, 0, 1, 0, 1)]);
  const whole = questionBytes({ name: 'backserve.service.consul', type: 'SRV', edns: 1232 });
  const twisted = times(200, () => {
    const bytes = Buffer.from(whole);
    for (let turn = 0; turn < 3; turn++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    return bytes;
  });
  return [
    Buffer.concat([header([1, 0, 0, 0]), pointerToItself]),
    Buffer.concat([header([1, 0, 0, 0]), pointersInTurn]),
    Buffer.concat([header([1, 0, 0, 0]), longName]),
    Buffer.concat([header([65_535, 65_535, 65_535, 65_535]), pointerToItself]),
    Buffer.concat([header([0, 0, 0, 0])]),
    Buffer.concat([header([1, 0, 0, 0], 0x8100), questionBytes({ name: 'a.consul' }).subarray(12)]),
    Buffer.concat([header([1, 0, 0, 0], 0x7900), questionBytes({ name: 'a.consul' }).subarray(12)]),
    ...twisted,
  ];
}

type Target = { readonly port: number; readonly path: string };

export function bodyTargets({ ports }: TestAgent): Target[] {
  return [
    { port: ports.http, path: '/v1/jobs' },
    { port: ports.http, path: '/v1/jobs/parse' },
    { port: ports.http, path: '/v1/validate/job' },
    { port: ports.consulHttp, path: '/v1/kv/large' },
    { port: ports.consulHttp, path: '/v1/catalog/register' },
    { port: ports.consulHttp, path: '/v1/agent/service/register' },
    { port: ports.consulHttp, path: '/v1/txn' },
    { port: ports.edgeHttp, path: '/' },
  ];
}

/** Sends so many megabytes as one body, as fast as they are taken. Answers with what comes back. */
export function sendBody(port: number, path: string, megabytes: number): Promise<string> {
  const head = `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${megabytes * MEGABYTE}\r\n\r\n`;
  const piece = Buffer.alloc(MEGABYTE, 'x');
  return sendTcp(port, [head, ...Array<Buffer>(megabytes).fill(piece)], {
    waitMs: 10_000,
    enough: (answer) => statusOf(answer) > 0,
  });
}

export const badBodies: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '\u0000\u0001',
  '{"Job": 1}',
  '{"Job": {"ID": 5, "Name": [], "TaskGroups": {"a": 1}, "Datacenters": "dc1"}}',
  '{"Job": {"ID": "x", "Nonsense": true, "TaskGroups": [{"Name": "g", "Count": "many", "Tasks": [null]}]}}',
  '{"Job": {"ID": "x", "TaskGroups": [null, 1, "x"]}}',
  '{"JobHCL": 5}',
  '{"JobHCL": "job \\"x\\" { group { ((((((("}',
  `{"JobHCL": "job \\"x\\" { meta { a = ${'('.repeat(10_000)}"}`,
  '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}',
  '{"Node": {}, "Address": 1, "Service": [], "Check": "x"}',
  '{"Name": "x", "Port": "many", "Tags": {}, "Check": [{"HTTP": 5, "Interval": "soon"}]}',
  '[{"KV": {"Verb": "sleep", "Key": 1}}, null, 5]',
  '['.repeat(100_000),
  `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`,
  `{"ID": "${'x'.repeat(400_000)}"}`,
];

const badPaths: readonly string[] = [
  '/../../../etc/passwd',
  '/v1/../../../etc/passwd',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/v1/kv/../../../etc/passwd',
  '/v1/kv/%00',
  '/v1/kv/%',
  '/v1/kv/%ff%fe',
  '/v1/client/fs/cat/x?path=../../../../etc/passwd',
  '/v1/job/%2e%2e%2f%2e%2e',
  '/v1/job/x%2f..%2f..',
  '//',
  '/ui/../../../../etc/passwd',
  '*',
  'http://evil.example/v1/jobs',
  'nonsense',
  `/${'a/'.repeat(4_000)}`,
  '/v1/jobs?prefix=%',
  '/v1/jobs?index=-1&wait=999999999h',
  '/v1/catalog/services?filter=((((((((((',
  `/v1/catalog/services?filter=${'not%20'.repeat(2_000)}`,
];

async function put({ port, path }: Target, body: string): Promise<string> {
  const length = Buffer.byteLength(body);
  return sendTcp(port, [
    `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`,
    body,
  ]);
}

async function drip(port: number, text: string): Promise<void> {
  const socket = openTcp(port);
  for (const letter of text) {
    if (socket.destroyed) return;
    socket.write(letter);
    await delay(10);
  }
  socket.destroy();
}

function callOff(url: string): Promise<void> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false });
    asked.on('error', () => {});
    asked.once('close', () => resolve());
    asked.on('response', (answer) => answer.on('error', () => {}).resume());
    asked.end();
    setTimeout(() => asked.destroy(), 100);
  });
}

function upgradeTo(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;
}

function httpPorts(ports: TestAgent['ports']): number[] {
  return [ports.http, ports.consulHttp, ports.edgeHttp];
}

function allPorts(ports: TestAgent['ports']): number[] {
  return [...httpPorts(ports), ports.dns, ports.rpc];
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

async function all(count: number, make: () => Promise<unknown>): Promise<void> {
  await Promise.all(times(count, make));
}
