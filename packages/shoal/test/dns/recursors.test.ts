import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseRecursor } from '../../src/dns/recursors/server-address.ts';
import { respond } from '../../src/dns/respond.ts';
import { createDnsServer, type DnsServer } from '../../src/dns/server.ts';
import { type DnsSettings, dnsSettings } from '../../src/dns/settings.ts';
import { serveTcp } from '../../src/dns/tcp.ts';
import { createAuthority, issueCertificate, type KeyPairPem } from '../../src/rpc/tls/authority.ts';
import { questionBytes, type ShownAnswer, shownAnswer } from '../support/dns-message.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';

/** The world outside: a zone with one host and a service, answered by a server of ours. */
const outside = memoryCatalog([
  { Node: 'www', Address: '192.0.2.80' },
  { Node: 'six', Address: '2001:db8::6' },
  { Node: 'alias', Address: 'www.node.example' },
  ...Array.from({ length: 60 }, (_, at) => ({
    Node: `n${at}`,
    Address: `192.0.2.${at + 1}`,
    Service: { Service: 'big', ID: `b${at}`, Port: 1 },
  })),
]);
const outsideSettings = dnsSettings({
  domain: 'example',
  nodeTtl: 60,
  soa: { refresh: 1, retry: 1, expire: 1, minTtl: 30 },
});

/** Ours: what it lacks, or points to outside. */
const ours = memoryCatalog([
  { Node: 'n1', Address: '10.0.0.1', Service: { Service: 'web', Port: 80 } },
  { Node: 'ext', Address: 'www.node.example', Service: { Service: 'remote', Port: 443 } },
]);

let ca: KeyPairPem;
let own: KeyPairPem;
beforeAll(async () => {
  ca = await createAuthority({ name: 'Test', now: Date.now(), days: 1 });
  const agent = { role: 'server', region: 'global', dnsNames: ['dns.test'], addresses: ['127.0.0.1'] } as const;
  own = await issueCertificate(ca, agent, { now: Date.now(), days: 1 });
});

async function started(given: Partial<DnsSettings>, view = ours): Promise<DnsServer> {
  const server = createDnsServer({
    view,
    settings: dnsSettings(given),
    addresses: [{ host: '127.0.0.1', port: 0 }],
    random: Math.random,
    now: Date.now,
    warn: (message) => expect.unreachable(message),
    recursorCa: ca.certificate,
  });
  onTestFinished(() => server.stop());
  await server.start();
  return server;
}

const portOf = (server: DnsServer): number => server.addresses()[0]?.port ?? 0;

async function ask(server: DnsServer, name: string, type = 'A', edns?: number): Promise<ShownAnswer> {
  const socket = createSocket('udp4');
  try {
    socket.send(questionBytes({ name, type, ...(edns !== undefined && { edns }) }), portOf(server), '127.0.0.1');
    const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer];
    return shownAnswer(answer);
  } finally {
    socket.close();
  }
}

const shown = ({ answer }: ShownAnswer): string[] => answer.map(({ type, data }) => `${type} ${data}`);

function answerOutside(message: Buffer): Buffer {
  const context = { view: outside, settings: outsideSettings, random: Math.random, now: 1 };
  const response = respond(message, 'tcp', context);
  return response.kind === 'answer' ? response.bytes : expect.unreachable(response.kind);
}

async function tlsOutside(): Promise<number> {
  const server = createTlsServer({ key: own.key, cert: own.certificate }, (socket) =>
    serveTcp(socket, (message, _, reply) => reply(answerOutside(message)), { idleTimeoutMs: 1000, mostConnections: 9 }),
  );
  return listening(server);
}

async function httpsOutside(): Promise<number> {
  const server = createSecureServer(
    { key: own.key, cert: own.certificate, allowHTTP1: true },
    async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.setHeader('content-type', 'application/dns-message');
      response.end(answerOutside(Buffer.concat(chunks)));
    },
  );
  return listening(server);
}

async function listening(server: ReturnType<typeof createTlsServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe('a recursor is asked', () => {
  const ways = [
    { name: 'plainly', recursor: async () => `127.0.0.1:${portOf(await started(outsideSettings, outside))}` },
    { name: 'over TLS', recursor: async () => `tls://127.0.0.1:${await tlsOutside()}` },
    { name: 'over TLS under a name', recursor: async () => `tls://127.0.0.1:${await tlsOutside()}#dns.test` },
    { name: 'over HTTPS', recursor: async () => `https://127.0.0.1:${await httpsOutside()}/dns-query` },
  ];

  test.each(ways)('$name', async ({ recursor }) => {
    const server = await started({ recursors: [await recursor()] });
    expect(shown(await ask(server, 'www.node.example'))).toEqual(['A 192.0.2.80']);
    expect(shown(await ask(server, 'six.node.example', 'AAAA'))).toHaveLength(1);
    expect((await ask(server, 'none.node.example')).rcode).toBe('NXDOMAIN');
  });

  test('not when its certificate is for somebody else', async () => {
    const server = await started({ recursors: [`tls://127.0.0.1:${await tlsOutside()}#other.test`] });
    expect((await ask(server, 'www.node.example')).rcode).toBe('SERVFAIL');
  });

  test('again after it has closed the connection', async () => {
    const port = await tlsOutside();
    const server = await started({ recursors: [`tls://127.0.0.1:${port}`], cacheSize: 0 });
    for (let at = 0; at < 3; at += 1) {
      expect(shown(await ask(server, 'www.node.example'))).toEqual(['A 192.0.2.80']);
      // Its idle time is a second.
      if (at === 1) await new Promise((resolve) => setTimeout(resolve, 1100));
    }
  });

  test('after another that will not answer', async () => {
    const refusing = await started({ domain: 'nothing' });
    const good = `127.0.0.1:${portOf(await started(outsideSettings, outside))}`;
    const server = await started({ recursors: [`127.0.0.1:${portOf(refusing)}`, good] });
    expect(shown(await ask(server, 'www.node.example'))).toEqual(['A 192.0.2.80']);
  });
});

describe('what a recursor said', () => {
  test('is kept, with the time that is left', async () => {
    const upstream = await started(outsideSettings, outside);
    const server = await started({ recursors: [`127.0.0.1:${portOf(upstream)}`] });
    for (const name of ['www.node.example', 'WWW.node.example', 'www.NODE.example']) {
      const { answer, question } = await ask(server, name);
      expect(question).toEqual([`${name}. A`]);
      expect(answer[0]?.ttl).toBeGreaterThan(50);
    }
    for (let at = 0; at < 3; at += 1) expect((await ask(server, 'none.node.example')).rcode).toBe('NXDOMAIN');
    expect(upstream.stats().udp).toBe(2);
    expect(server.stats()).toMatchObject({ forwarded: 2, cached: 4 });
  });

  test('is not kept when it holds for no time', async () => {
    const upstream = await started({ ...outsideSettings, nodeTtl: 0 }, outside);
    const server = await started({ recursors: [`127.0.0.1:${portOf(upstream)}`] });
    for (let at = 0; at < 3; at += 1) await ask(server, 'www.node.example');
    expect(upstream.stats().udp).toBe(3);
  });

  test('goes over TCP when it is too long for the client', async () => {
    const server = await started({ recursors: [`tls://127.0.0.1:${await tlsOutside()}`] });
    expect(await ask(server, 'big.service.example')).toMatchObject({ flags: { tc: true }, answer: [] });
    expect(shown(await ask(server, 'big.service.example', 'A', 4096))).toHaveLength(60);
  });
});

describe('a name of ours that points outside', () => {
  const cases = [
    { name: 'is followed for A', ask: ['ext.node.consul', 'A'], want: ['CNAME www.node.example.', 'A 192.0.2.80'] },
    {
      name: 'is followed for ANY',
      ask: ['remote.service.consul', 'ANY'],
      want: ['CNAME www.node.example.', 'A 192.0.2.80'],
    },
    { name: 'has no address of the other kind', ask: ['ext.node.consul', 'AAAA'], want: ['CNAME www.node.example.'] },
  ];
  test.each(cases)('$name', async ({ ask: [name = '', type], want }) => {
    const server = await started({ recursors: [`127.0.0.1:${portOf(await started(outsideSettings, outside))}`] });
    expect(shown(await ask(server, name, type))).toEqual(want);
  });

  test('brings its address beside an SRV record', async () => {
    const server = await started({ recursors: [`127.0.0.1:${portOf(await started(outsideSettings, outside))}`] });
    const { additional } = await ask(server, 'remote.service.consul', 'SRV');
    expect(additional.map(({ data }) => data)).toContain('192.0.2.80');
  });

  test('is answered as it is when nobody outside answers', async () => {
    const server = await started({ recursors: ['127.0.0.1:1'], recursorTimeoutMs: 50 });
    expect(shown(await ask(server, 'ext.node.consul'))).toEqual(['CNAME www.node.example.']);
  });
});

describe('with fallthrough', () => {
  /** Both domains are the same, as where a company's own domain is the cluster's. */
  async function pair(given: Partial<DnsSettings> = {}): Promise<DnsServer> {
    const upstream = await started({ ...outsideSettings, domain: 'corp' }, outside);
    return started({ domain: 'corp', fallthrough: true, recursors: [`127.0.0.1:${portOf(upstream)}`], ...given });
  }

  test('the catalog comes first', async () => {
    expect(shown(await ask(await pair(), 'n1.node.corp'))).toEqual(['A 10.0.0.1']);
  });

  test('what it does not hold is asked of the recursors', async () => {
    expect(shown(await ask(await pair(), 'www.node.corp'))).toEqual(['A 192.0.2.80']);
  });

  test('what nobody holds is not there', async () => {
    expect((await ask(await pair(), 'none.node.corp')).rcode).toBe('NXDOMAIN');
  });

  test('while no recursor answers, services are missing and other names unknown', async () => {
    const server = await pair({ recursors: ['127.0.0.1:1'], recursorTimeoutMs: 50 });
    expect((await ask(server, 'none.service.corp')).rcode).toBe('NXDOMAIN');
    expect((await ask(server, 'git.corp')).rcode).toBe('SERVFAIL');
  });

  test('without it our domain is ours alone', async () => {
    expect((await ask(await pair({ fallthrough: false }), 'www.node.corp')).rcode).toBe('NXDOMAIN');
  });
});

test.each([
  ['1.1.1.1', { kind: 'plain', host: '1.1.1.1', port: 53 }],
  ['10.0.0.1:5353', { kind: 'plain', host: '10.0.0.1', port: 5353 }],
  ['::1', { kind: 'plain', host: '::1', port: 53 }],
  ['[::1]:5353', { kind: 'plain', host: '::1', port: 5353 }],
  ['tls://1.1.1.1', { kind: 'tls', host: '1.1.1.1', port: 853, name: '1.1.1.1' }],
  ['tls://[2606:4700::1111]:853#one.test', { kind: 'tls', host: '2606:4700::1111', port: 853, name: 'one.test' }],
  ['https://dns.test/dns-query', { kind: 'https', url: 'https://dns.test/dns-query' }],
  ['1.1.1.1:99999', undefined],
  ['quic://1.1.1.1', undefined],
  ['', undefined],
])('the recursor "%s"', (text, want) => {
  expect(parseRecursor(text)).toEqual(want);
});
