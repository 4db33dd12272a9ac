import { describe, expect, test } from 'vitest';
import type { Reply } from '../../src/dns/records.ts';
import { type DnsSettings, dnsSettings } from '../../src/dns/settings.ts';
import { answer, type Question } from '../../src/dns/zone.ts';
import type { ZoneContext } from '../../src/dns/zone-context.ts';
import { memoryCatalog, type Registration } from '../support/memory-catalog.ts';

const web = (node: string, address: string, more: Partial<Registration> = {}): Registration => ({
  Node: node,
  Address: address,
  Service: { Service: 'web', Port: 80, Weights: { Passing: 5, Warning: 2 } },
  ...more,
});

const CATALOG: Registration[] = [
  web('a', '10.0.0.1'),
  web('b', '10.0.0.2', { health: 'warning' }),
  web('c', '10.0.0.3', { health: 'critical' }),
  { Node: 'd', Address: '10.0.0.4', Service: { Service: 'down', Port: 1 }, health: 'critical' },
  { Node: 'e', Address: '10.0.0.5', Service: { ID: 'p1', Service: 'pair', Port: 1 } },
  { Node: 'e', Address: '10.0.0.5', Service: { ID: 'p2', Service: 'pair', Port: 2 } },
  { Node: 'loop', Address: 'loop.node.consul', Service: { Service: 'ring', Port: 1 } },
  { Node: 'mapped', Address: '::ffff:10.0.0.6' },
  { Node: `long${'x'.repeat(70)}`, Address: '10.0.0.7', Service: { Service: 'long', Port: 1 } },
  { Node: 'service', Address: '10.0.0.8' },
  { Node: 'f', Address: '10.0.0.9', Service: { Service: 'dotted', Port: 1, Tags: ['v1.0'] } },
  { Node: 'g', Address: '10.0.0.11', Service: { ID: 'm1', Service: 'mixed', Port: 1 } },
  { Node: 'g', Address: '10.0.0.11', Service: { ID: 'm2', Service: 'mixed', Port: 2, Address: 'www.example.com' } },
  { Node: 'g', Address: '10.0.0.11', Service: { ID: 'm3', Service: 'mixed', Port: 3, Address: 'a.node.consul' } },
  { Node: 'h', Address: '10.0.0.12', Service: { Service: 'itself', Port: 1, Address: 'Itself.service.consul.' } },
  {
    Node: 'i',
    Address: '10.0.0.13',
    NodeMeta: { rack: '7' },
    Service: { Service: 'stood-for', Port: 1, Virtual: '10.96.0.5' },
    health: 'critical',
  },
  { Node: 'j', Address: '10.0.0.14', Service: { Service: 'unweighed', Port: 1, Weights: { Passing: 0, Warning: 7 } } },
  { Node: 'bad', Address: 'not a host'.repeat(40), Service: { Service: 'bad', Port: 70_000 } },
];

function ask(question: Question, settings: Partial<DnsSettings> = {}): Reply {
  const view = memoryCatalog(CATALOG);
  const context: ZoneContext = { view, settings: dnsSettings(settings), random: () => 0.5, now: 1 };
  const outcome = answer(question, context);
  if (outcome.kind === 'wait') throw new Error('nothing is to be waited for');
  return outcome.kind === 'reply' ? outcome.reply : outcome.otherwise;
}

function shown(reply: Reply): string {
  const records = reply.items.map(({ record }) => {
    switch (record.type) {
      case 'A':
      case 'AAAA':
        return `${record.type} ${record.bytes.join('.')}`;
      case 'SRV':
        return `SRV ${record.weight} ${record.port} ${record.target}`;
      case 'TXT':
        return `TXT ${record.text}`;
      default:
        return `${record.type} ${'target' in record ? record.target : ''}`;
    }
  });
  return [reply.rcode, ...records.sort()].join('; ');
}

describe('answers from the catalog', () => {
  const cases: { name: string; given: [string, Question['type'], Partial<DnsSettings>?]; want: string }[] = [
    {
      name: 'critical instances are hidden',
      given: ['web.service.consul', 'A'],
      want: 'NOERROR; A 10.0.0.1; A 10.0.0.2',
    },
    {
      name: 'onlyPassing hides warnings too',
      given: ['web.service.consul', 'A', { onlyPassing: true }],
      want: 'NOERROR; A 10.0.0.1',
    },
    {
      name: 'a warning has the weight for warnings',
      given: ['web.service.consul', 'SRV'],
      want: 'NOERROR; SRV 2 80 b.node.dc1.consul; SRV 5 80 a.node.dc1.consul',
    },
    {
      name: 'weights that are none count as 1',
      given: ['unweighed.service.consul', 'SRV'],
      want: 'NOERROR; SRV 1 1 j.node.dc1.consul',
    },
    { name: 'a service with nothing to show does not exist', given: ['down.service.consul', 'A'], want: 'NXDOMAIN' },
    { name: 'one address is said once', given: ['pair.service.consul', 'A'], want: 'NOERROR; A 10.0.0.5' },
    {
      name: 'two ports of one node are two SRV answers',
      given: ['pair.service.consul', 'SRV'],
      want: 'NOERROR; SRV 1 1 e.node.dc1.consul; SRV 1 2 e.node.dc1.consul',
    },
    {
      name: 'a host name that points to itself ends',
      given: ['ring.service.consul', 'A'],
      want: 'NOERROR; CNAME loop.node.consul; CNAME loop.node.consul',
    },
    {
      name: 'an IPv4 address written as IPv6 is an A',
      given: ['mapped.node.consul', 'A'],
      want: 'NOERROR; A 10.0.0.6',
    },
    {
      name: 'a node name that DNS cannot carry gives way to its address',
      given: ['long.service.consul', 'SRV'],
      want: 'NOERROR; SRV 1 1 0a000007.addr.dc1.consul',
    },
    { name: 'a node may be called service', given: ['service.node.consul', 'A'], want: 'NOERROR; A 10.0.0.8' },
    { name: 'a tag may have dots', given: ['v1.0.dotted.service.consul', 'A'], want: 'NOERROR; A 10.0.0.9' },
    { name: 'an address that is neither is left out', given: ['bad.service.consul', 'SRV'], want: 'NOERROR' },
    {
      name: 'the datacenter counts without case',
      given: ['web.service.DC1.consul', 'A'],
      want: 'NOERROR; A 10.0.0.1; A 10.0.0.2',
    },
    {
      name: 'addr ignores type and datacenter',
      given: ['0A000001.addr.dc9.consul', 'SRV'],
      want: 'NOERROR; A 10.0.0.1',
    },
    { name: 'addr with another length says nothing', given: ['0a0000.addr.consul', 'A'], want: 'NOERROR' },
    { name: 'addr that is not hex does not exist', given: ['zz.addr.consul', 'A'], want: 'NXDOMAIN' },
    { name: 'zone transfers are not offered', given: ['consul', 'AXFR'], want: 'NOTIMP' },
    {
      name: 'a name that only ends like the domain is foreign',
      given: ['web.service.notconsul', 'A'],
      want: 'REFUSED',
    },
    {
      name: 'node metadata that was asked for is there, whatever is set for other answers',
      given: ['i.node.consul', 'ANY', { nodeMetaTxt: false }],
      want: 'NOERROR; A 10.0.0.13; TXT rack=7',
    },
    {
      name: 'addresses come without the aliases of other instances',
      given: ['mixed.service.consul', 'A'],
      want: 'NOERROR; A 10.0.0.11',
    },
    {
      name: 'of several aliases there is one',
      given: ['mixed.service.consul', 'AAAA'],
      want: 'NOERROR; CNAME a.node.consul',
    },
    {
      name: 'an alias answers every type',
      given: ['ring.service.consul', 'PTR'],
      want: 'NOERROR; CNAME loop.node.consul',
    },
    {
      name: 'an instance whose address is its own service is found at its node',
      given: ['itself.service.consul', 'A'],
      want: 'NOERROR; A 10.0.0.12',
    },
    {
      name: 'and its port with the name of the node',
      given: ['itself.service.consul', 'SRV'],
      want: 'NOERROR; SRV 1 1 h.node.dc1.consul',
    },
    {
      name: 'the address that stands for a service, whatever its health',
      given: ['stood-for.virtual.consul', 'A'],
      want: 'NOERROR; A 10.96.0.5',
    },
    {
      name: 'which has one type',
      given: ['stood-for.virtual.dc1.consul', 'AAAA'],
      want: 'NOERROR',
    },
    { name: 'no address stands for others', given: ['web.virtual.consul', 'A'], want: 'NXDOMAIN' },
    {
      name: 'a datacenter behind the short form of RFC 2782',
      given: ['_pair._tcp.dc1.consul', 'A'],
      want: 'NOERROR; A 10.0.0.5',
    },
    { name: 'another datacenter there', given: ['_pair._tcp.dc2.consul', 'A'], want: 'NXDOMAIN' },
    { name: 'DC.dc is DC', given: ['pair.service.dc1.dc.consul', 'A'], want: 'NOERROR; A 10.0.0.5' },
    { name: 'another DC.dc', given: ['pair.service.dc2.dc.consul', 'A'], want: 'NXDOMAIN' },
    {
      name: 'the longest of several domains counts',
      given: ['pair.service.sub.alt.test', 'A', { altDomains: ['alt.test', 'sub.alt.test'] }],
      want: 'NOERROR; A 10.0.0.5',
    },
  ];
  test.each(cases)('$name', ({ given: [name, type, settings], want }) => {
    expect(shown(ask({ name, type }, settings))).toBe(want);
  });
});

describe('order of answers', () => {
  test('every instance comes first about as often', () => {
    const view = memoryCatalog(
      [1, 2, 3].map((i) => ({ Node: `n${i}`, Address: `10.0.0.${i}`, Service: { Service: 'web' } })),
    );
    const first = new Map<string, number>();
    for (let i = 0; i < 3000; i++) {
      const context = { view, settings: dnsSettings(), random: Math.random, now: 1 };
      const outcome = answer({ name: 'web.service.consul', type: 'A' }, context);
      const record = outcome.kind === 'reply' ? outcome.reply.items[0]?.record : undefined;
      const key = record?.type === 'A' ? record.bytes.join('.') : 'none';
      first.set(key, (first.get(key) ?? 0) + 1);
    }
    expect([...first.keys()].sort()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    for (const count of first.values()) expect(count).toBeGreaterThan(800);
  });
});
