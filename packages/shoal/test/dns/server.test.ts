import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openListener } from '../../src/dns/listener.ts';
import { createDnsServer, type DnsDeps, type DnsServer } from '../../src/dns/server.ts';
import { dnsSettings } from '../../src/dns/settings.ts';
import { questionBytes, shownAnswer } from '../support/dns-message.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';
import { until } from '../support/until.ts';

const catalog = memoryCatalog(
  [1, 2, 3].map((i) => ({ Node: `n${i}`, Address: `10.0.0.${i}`, Service: { Service: 'web', Port: 80 + i } })),
);
const LOOPBACK = { host: '127.0.0.1', port: 0 };

async function started(deps: Partial<DnsDeps> = {}): Promise<{ server: DnsServer; port: number; warnings: string[] }> {
  const warnings: string[] = [];
  const server = createDnsServer({
    view: catalog,
    settings: dnsSettings(),
    addresses: [LOOPBACK],
    random: Math.random,
    now: Date.now,
    warn: (message) => warnings.push(message),
    ...deps,
  });
  onTestFinished(() => server.stop());
  await server.start();
  return { server, port: server.addresses()[0]?.port ?? 0, warnings };
}

async function askUdp(port: number, message: Buffer, host = '127.0.0.1'): Promise<Buffer> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  try {
    socket.send(message, port, host);
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer];
    return answer;
  } finally {
    socket.close();
  }
}

async function openTcp(port: number): Promise<{ socket: Socket; answers: Buffer[] }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const answers: Buffer[] = [];
  let unread: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 2 && unread.length >= 2 + unread.readUInt16BE(0)) {
      answers.push(unread.subarray(2, 2 + unread.readUInt16BE(0)));
      unread = unread.subarray(2 + unread.readUInt16BE(0));
    }
  });
  return { socket, answers };
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

const web = (id = 1): Buffer => questionBytes({ name: 'web.service.consul', type: 'SRV', id });

test('answers over UDP, on IPv4 and IPv6', async () => {
  const { server, port } = await started({ addresses: [LOOPBACK, { host: '::1', port: 0 }] });
  expect(shownAnswer(await askUdp(port, web())).answer).toHaveLength(3);
  expect(shownAnswer(await askUdp(server.addresses()[1]?.port ?? 0, web(), '::1')).answer).toHaveLength(3);
});

test('many questions on one TCP connection, in any pieces', async () => {
  const { port } = await started();
  const { socket, answers } = await openTcp(port);
  const bytes = Buffer.concat(Array.from({ length: 300 }, (_, i) => framed(web(i))));
  for (let at = 0; at < bytes.length; at += 37) socket.write(bytes.subarray(at, at + 37));
  await until('all are answered', () => answers.length === 300);
  expect(answers.map((answer) => answer.readUInt16BE(0))).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test('a client that does not read its answers is not read from either, and gets all of them later', async () => {
  // Long answers that cost nothing to make.
  const big = memoryCatalog([{ Node: 'big', Address: '10.0.0.1', NodeMeta: { note: 'x'.repeat(30_000) } }]);
  const ask = (id: number): Buffer => framed(questionBytes({ name: 'big.node.consul', type: 'TXT', id }));
  const { server, port } = await started({ view: big });
  const { socket, answers } = await openTcp(port);
  socket.pause();
  for (let i = 0; i < 1000; i++) socket.write(ask(i));
  let before = -1;
  await until('the server stops reading', () => {
    const now = server.stats().tcp;
    const isStill = now === before && now > 0;
    before = now;
    return isStill;
  });
  expect(server.stats().tcp).toBeLessThan(1000);
  socket.resume();
  await until('all are answered', () => answers.length === 1000);
});

test('a TCP connection without traffic is closed', async () => {
  const { port } = await started({ tcpIdleTimeoutMs: 50 });
  const { socket } = await openTcp(port);
  await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
});

test('bytes that are no DNS end the TCP connection, not the server', async () => {
  const { port } = await started();
  const { socket } = await openTcp(port);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'close', { signal: AbortSignal.timeout(5000) });
  expect(shownAnswer(await askUdp(port, web())).rcode).toBe('NOERROR');
});

test('more TCP connections than allowed are refused, the others served', async () => {
  const { port } = await started({ mostTcpConnections: 2 });
  const { socket, answers } = await openTcp(port);
  await openTcp(port);
  const { socket: third } = await openTcp(port);
  await once(third, 'close', { signal: AbortSignal.timeout(5000) });
  socket.write(framed(web()));
  await until('an answer', () => answers.length === 1);
});

test('a port that is taken is named, with what to do', async () => {
  const { port } = await started();
  await expect(started({ addresses: [{ host: '127.0.0.1', port }] })).rejects.toMatchObject({
    code: 'DNS_LISTEN',
    message: expect.stringContaining(`127.0.0.1:${port}: the port is taken`),
  });
});

test('an address that no interface has is a warning, and the others are served', async () => {
  const { server, warnings } = await started({ addresses: [{ host: '192.0.2.77', port: 0 }, LOOPBACK], retryMs: 20 });
  expect(server.addresses()).toHaveLength(1);
  expect(warnings).toEqual([expect.stringContaining('192.0.2.77')]);
  await server.listen({ host: '127.0.0.2', port: 0 });
  expect(shownAnswer(await askUdp(server.addresses()[1]?.port ?? 0, web(), '127.0.0.2')).rcode).toBe('NOERROR');
});

test('start and stop may be called twice, and nothing listens afterwards', async () => {
  const { server, port } = await started();
  await server.start();
  await server.stop();
  await server.stop();
  const free = createServer().listen(port, '127.0.0.1');
  await once(free, 'listening');
  free.close();
});

test('other names are asked of the recursors in order, and the answer comes back under the id of the question', async () => {
  const elsewhere = await openListener(
    LOOPBACK,
    (message, _, reply) => {
      const answer = Buffer.from(message);
      answer.writeUInt16BE(0x8183, 2);
      reply(answer);
    },
    { idleTimeoutMs: 1000, mostConnections: 10 },
  );
  onTestFinished(() => elsewhere.close());
  const silent = createSocket('udp4').bind(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const recursors = [`127.0.0.1:${silent.address().port}`, `127.0.0.1:${elsewhere.address.port}`];
  const { port } = await started({ settings: dnsSettings({ recursors, recursorTimeoutMs: 100 }) });

  const question = questionBytes({ name: 'www.example.com', id: 99 });
  const answer = await askUdp(port, question);
  expect(answer.readUInt16BE(0)).toBe(99);
  expect(shownAnswer(answer)).toMatchObject({ rcode: 'NXDOMAIN', flags: { ra: true, aa: false } });

  const { socket, answers } = await openTcp(port);
  socket.write(framed(question));
  await until('the answer over TCP', () => answers.length === 1);
  expect(shownAnswer(await askUdp(port, web()))).toMatchObject({ rcode: 'NOERROR', flags: { ra: true, aa: true } });
});

test('recursors that do not answer are SERVFAIL', async () => {
  const { port } = await started({ settings: dnsSettings({ recursors: ['127.0.0.1:1'], recursorTimeoutMs: 100 }) });
  expect(shownAnswer(await askUdp(port, questionBytes({ name: 'www.example.com' }))).rcode).toBe('SERVFAIL');
});

test('a client with many questions does not keep others waiting', async () => {
  let handled = 0;
  const counting = {
    ...catalog,
    service(name: string) {
      handled += 1;
      return catalog.service(name);
    },
  };
  const { port } = await started({ view: counting });
  const { socket, answers } = await openTcp(port);
  const turns: number[] = [];
  let before = 0;
  const watch = (): void => {
    turns.push(handled - before);
    before = handled;
    if (answers.length < 1000) setImmediate(watch);
  };
  socket.write(Buffer.concat(Array.from({ length: 1000 }, (_, i) => framed(web(i)))));
  watch();
  await until('all are answered', () => answers.length === 1000);
  expect(Math.max(...turns)).toBeLessThanOrEqual(32);
});
