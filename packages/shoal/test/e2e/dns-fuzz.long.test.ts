import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { questionBytes } from '../support/dns-message.ts';
import { openDescriptors, rssBytes } from '../support/processes.ts';
import { randomBytesOf, seeded } from '../support/raw.ts';
import { until } from '../support/until.ts';

const PACKETS = 100_000;
/** Sent at once, then the agent gets a breath: what its socket cannot hold would be lost unseen. */
const BURST = 100;
const PER_CONNECTION = 50;
const NAMES = [
  'consul.service.consul',
  'nobody.service.consul',
  'x.y.z',
  '1.0.0.127.in-addr.arpa',
  '_consul._tcp.consul',
];
const TYPES = ['A', 'SRV', 'ANY', 'TXT', 'SOA', 'NS', 'PTR'];

test('a hundred thousand malformed packets over UDP, as many over TCP: it serves as before, and keeps nothing of them', {
  timeout: 300_000,
}, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`seed ${seed}`);
  const random = seeded(seed);
  const agent = await testAgent({ dev: true });
  const port = agent.ports.dns;
  const isServed = async () => (await askDns(port, { name: 'consul.service.consul' })).answer.length === 1;
  await until('it serves', isServed);

  await overUdp(port, random);
  await overTcp(port, random);
  await until('it serves on', isServed);
  const before = { descriptors: openDescriptors(agent.pid()), rss: rssBytes(agent.pid()) };
  await overUdp(port, random);
  await overTcp(port, random);
  await until('it serves on and on', isServed);
  await until('the connections are gone', () => openDescriptors(agent.pid()) <= before.descriptors + 5, 30_000);
  expect(rssBytes(agent.pid())).toBeLessThan(before.rss * 1.3);
  expect(agent.log()).not.toMatch(/"level":"(error|warn)"/);
});

async function overUdp(port: number, random: () => number): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  for (let sent = 0; sent < PACKETS; sent += 1) {
    socket.send(mangled(random), port, '127.0.0.1', () => undefined);
    if (sent % BURST === 0) await delay(2);
  }
  socket.close();
}

async function overTcp(port: number, random: () => number): Promise<void> {
  for (let sent = 0; sent < PACKETS; sent += PER_CONNECTION) {
    const socket = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined).resume();
    for (let at = 0; at < PER_CONNECTION; at += 1) {
      const message = mangled(random);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(random() < 0.02 ? Math.floor(random() * 65_536) : message.length);
      socket.write(Buffer.concat([length, message]));
    }
    socket.end();
    await closed;
  }
}

/** Nonsense, a question that was cut off, one with bytes that were changed, or one with more behind it. */
function mangled(random: () => number): Buffer {
  const kind = random();
  if (kind < 0.2) return randomBytesOf(random, Math.floor(random() * 600));
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const question = Buffer.from(
    questionBytes({ name: pick(NAMES), type: pick(TYPES), ...(random() < 0.5 && { edns: 1232 }) }),
  );
  if (kind < 0.4) return question.subarray(0, Math.floor(random() * question.length));
  for (let left = 1 + Math.floor(random() * 6); left > 0; left -= 1)
    question[Math.floor(random() * question.length)] = Math.floor(random() * 256);
  return kind < 0.9 ? question : Buffer.concat([question, randomBytesOf(random, Math.floor(random() * 5_000))]);
}
