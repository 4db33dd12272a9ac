import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { runProgram } from './program.ts';

// `dig`, as people type it, against a real agent.

let agent: TestAgent;
beforeAll(async () => {
  agent = await prepareAgent({
    dev: true,
    config: `
name = "digger"
dns {
  alt_domains = ["alt.test", "second.example"]
  node_ttl    = "7s"
  service_ttl {
    "*" = "3s"
    web = "5s"
  }
}`,
  });
  await agent.start();
  await register({
    Node: 'n1',
    Address: '10.0.0.1',
    NodeMeta: { rack: '7' },
    Service: { Service: 'web', Port: 81, Tags: ['v1'] },
  });
  await register({
    Node: 'n2',
    Address: 'fd00::2',
    Service: { Service: 'web', Port: 82, Tags: ['v2'], Weights: { Passing: 9, Warning: 1 } },
  });
  await register({ Node: 'ext', Address: 'www.example.org', Service: { Service: 'outside', Port: 443 } });
  await register({
    Node: 'n1',
    Address: '10.0.0.1',
    SkipNodeUpdate: true,
    Service: { Kind: 'connect-proxy', Service: 'web-proxy', Port: 21000, Proxy: { DestinationServiceName: 'web' } },
  });
  await register({
    Node: 'n2',
    Address: 'fd00::2',
    Service: { Kind: 'ingress-gateway', Service: 'gate', Address: '10.0.0.9', Port: 8443 },
  });
  const Listeners = [{ Port: 8443, Services: [{ Name: 'web' }] }];
  await put('config', { Kind: 'ingress-gateway', Name: 'gate', Listeners });
  for (let i = 1; i <= 60; i++)
    await register({
      Node: 'n1',
      Address: '10.0.0.1',
      SkipNodeUpdate: true,
      Service: { ID: `m${i}`, Service: 'many', Address: `10.1.0.${i}`, Port: i },
    });
}, 120_000);
afterAll(() => agent.dispose());

const register = (body: object) => put('catalog/register', body);

async function put(path: string, body: object): Promise<void> {
  const answer = await fetch(`${agent.consulUrl}/v1/${path}`, { method: 'PUT', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

async function dig(line: string): Promise<string> {
  return runProgram('dig', ['@127.0.0.1', '-p', String(agent.ports.dns), '+tries=2', '+time=5', ...line.split(' ')]);
}

/** The records of an answer in the form of zone files, TTLs included, one blank between fields, sorted. */
async function records(line: string, section: 'answer' | 'authority' | 'additional' = 'answer'): Promise<string[]> {
  const printed = await dig(`+noall +${section} ${line}`);
  const lines = printed.split('\n').filter((one) => one !== '' && !one.startsWith(';'));
  return lines.map((one) => one.replaceAll(/\s+/g, ' ')).sort();
}

const status = (printed: string) => /status: (\w+)/.exec(printed)?.[1];
const flags = (printed: string) => /flags: ([^;]*);/.exec(printed)?.[1];

describe('types', () => {
  const SOA = expect.stringMatching(/^consul\. 0 IN SOA ns\.consul\. hostmaster\.consul\. \d+ 3600 600 86400 0$/);
  test.each<[string, (string | object)[]]>([
    ['web.service.consul A', ['web.service.consul. 5 IN A 10.0.0.1']],
    ['web.service.consul AAAA', ['web.service.consul. 5 IN AAAA fd00::2']],
    ['web.service.consul ANY +notcp', ['web.service.consul. 5 IN A 10.0.0.1', 'web.service.consul. 5 IN AAAA fd00::2']],
    [
      'web.service.consul SRV',
      [
        'web.service.consul. 5 IN SRV 1 1 81 n1.node.dc1.consul.',
        'web.service.consul. 5 IN SRV 1 9 82 n2.node.dc1.consul.',
      ],
    ],
    [
      '_web._tcp.service.consul SRV +subnet=192.0.2.0/24',
      [expect.stringContaining(' SRV '), expect.stringContaining(' SRV ')],
    ],
    ['_web._v2.service.dc1.consul SRV', ['_web._v2.service.dc1.consul. 5 IN SRV 1 9 82 n2.node.dc1.consul.']],
    ['v1.web.service.alt.test A', ['v1.web.service.alt.test. 5 IN A 10.0.0.1']],
    ['v1.web.service.second.example A', ['v1.web.service.second.example. 5 IN A 10.0.0.1']],
    ['outside.service.consul A', ['outside.service.consul. 3 IN CNAME www.example.org.']],
    ['N1.Node.Consul A', ['N1.Node.Consul. 7 IN A 10.0.0.1']],
    ['n1.node.consul TXT', ['n1.node.consul. 7 IN TXT "rack=7"']],
    ['0a000001.addr.dc1.consul A', ['0a000001.addr.dc1.consul. 7 IN A 10.0.0.1']],
    ['web.connect.consul SRV', ['web.connect.consul. 5 IN SRV 1 1 21000 n1.node.dc1.consul.']],
    ['v1.web.connect.dc1.consul A', ['v1.web.connect.dc1.consul. 5 IN A 10.0.0.1']],
    ['web.ingress.consul A', ['web.ingress.consul. 5 IN A 10.0.0.9']],
    ['web.ingress.consul SRV', ['web.ingress.consul. 5 IN SRV 1 1 8443 0a000009.addr.dc1.consul.']],
    ['-x 10.0.0.1', ['1.0.0.10.in-addr.arpa. 0 IN PTR n1.node.dc1.consul.']],
    ['-x fd00::2', [expect.stringMatching(/^2\.0.*\.ip6\.arpa\. 0 IN PTR n2\.node\.dc1\.consul\.$/)]],
    ['consul SOA', [SOA]],
    ['consul NS', ['consul. 7 IN NS digger.node.dc1.consul.']],
  ])('%s', async (line, want) => {
    expect(await records(line)).toEqual(want);
  });

  test('the targets of SRV come with their addresses, and with metadata', async () => {
    expect(await records('web.service.consul SRV', 'additional')).toEqual([
      'n1.node.dc1.consul. 5 IN A 10.0.0.1',
      'n1.node.dc1.consul. 5 IN TXT "rack=7"',
      'n2.node.dc1.consul. 5 IN AAAA fd00::2',
    ]);
  });
});

describe('what is not there', () => {
  test.each([
    ['nobody.service.consul', 'NXDOMAIN', 'qr aa rd'],
    ['web.service.dc9.consul', 'NXDOMAIN', 'qr aa rd'],
    ['many.connect.consul', 'NXDOMAIN', 'qr aa rd'],
    ['_web._tcp.connect.consul', 'NXDOMAIN', 'qr aa rd'],
    ['many.ingress.consul SRV', 'NXDOMAIN', 'qr aa rd'],
    ['web.connect.dc9.consul', 'NXDOMAIN', 'qr aa rd'],
    ['nonsense.consul', 'NXDOMAIN', 'qr aa rd'],
    ['web.service.consul MX', 'NOERROR', 'qr aa rd'],
    ['example.org', 'REFUSED', 'qr rd'],
    ['web.service.consul -c CH', 'REFUSED', 'qr rd'],
  ])('%s is %s', async (line, want, wanted) => {
    const printed = await dig(line);
    expect([status(printed), flags(printed)]).toEqual([want, wanted]);
  });

  test('the zone is handed to nobody', async () => {
    expect(await dig('consul AXFR')).toContain('Transfer failed');
  });

  test('who is told so is told for how long', async () => {
    expect(await records('nobody.service.consul', 'authority')).toEqual([expect.stringMatching(/^consul\. 0 IN SOA /)]);
  });
});

describe('ways to ask', () => {
  const answers = (printed: string) => Number(/ANSWER: (\d+)/.exec(printed)?.[1]);

  test.each([
    ['an old client, over UDP', '+noedns', 3],
    ['one that says what it takes', '+bufsize=512', 3],
    ['one that takes more', '+bufsize=1232', 60],
    ['over TCP', '+tcp +noedns', 60],
    ['with a cookie and DNSSEC', '+cookie=0123456789abcdef +dnssec', 60],
  ])('%s', async (_, how, count) => {
    const printed = await dig(`many.service.consul A ${how}`);
    expect([status(printed), answers(printed)]).toEqual(['NOERROR', count]);
    expect(printed).not.toMatch(/malformed|truncated|extra bytes/i);
  });

  test('without recursion: the flag goes back as it came', async () => {
    expect(flags(await dig('web.service.consul +norecurse'))).toBe('qr aa');
  });

  test("the client's network goes back with scope 0: the answer is the same for all", async () => {
    expect(await dig('web.service.consul +subnet=192.0.2.0/24')).toContain('CLIENT-SUBNET: 192.0.2.0/24/0');
  });

  test("an EDNS of the future is answered in today's", async () => {
    expect(await dig('web.service.consul +edns=5 +noednsneg')).toContain('status: BADVERS');
  });

  test('names of any bytes, and the longest that fit', async () => {
    const label = 'x'.repeat(63);
    for (const name of [
      '\\000\\255.service.consul',
      'a\\.b.service.consul',
      `${label}.${label}.${label}.service.consul`,
    ])
      expect(status(await dig(`${name} A`)), name).toBe('NXDOMAIN');
  });

  test('many questions on one connection', async () => {
    const printed = await dig('+tcp +keepopen +short web.service.consul A n1.node.consul A n1.node.consul TXT');
    expect(printed.trim().split('\n')).toEqual(['10.0.0.1', '10.0.0.1', '"rack=7"']);
  });
});
