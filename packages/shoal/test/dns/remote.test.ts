import { describe, expect, test } from 'vitest';
import { explain } from '../../src/dns/explain.ts';
import { createPacketCache } from '../../src/dns/packet-cache.ts';
import { dnsSettings } from '../../src/dns/settings.ts';
import type { Looked, QueryView, RemoteView } from '../../src/dns/view.ts';
import { answer, type Question } from '../../src/dns/zone.ts';
import type { ZoneContext } from '../../src/dns/zone-context.ts';
import { questionBytes, shownAnswer } from '../support/dns-message.ts';
import { memoryCatalog, type Registration } from '../support/memory-catalog.ts';

// Names of other datacenters: `dc2` is here, `dc3` is being asked, `dc4` does not answer.

const HERE: Registration[] = [
  { Node: 'a', Address: '10.1.0.1', Service: { Service: 'web', Port: 80 } },
  { Node: 'b', Address: '10.1.0.2', Service: { Service: 'far', Port: 80, Address: 'x.node.dc2.consul' } },
  { Node: 'c', Address: '10.1.0.3', Service: { Service: 'later', Port: 80, Address: 'x.node.dc3.consul' } },
];
const THERE: Registration[] = [
  { Node: 'x', Address: '10.2.0.1', NodeMeta: { rack: '2' }, Service: { Service: 'web', Port: 81, Tags: ['v2'] } },
  { Node: 'y', Address: '10.2.0.2', Service: { Service: 'web', Port: 82, Address: '10.2.9.2' } },
  { Node: 'z', Address: '10.2.0.3', Service: { Service: 'home', Port: 83, Address: 'a.node.consul' } },
  { Node: 'z', Address: '10.2.0.3', Service: { Service: 'stood-for', Port: 83, Virtual: '10.96.0.1' } },
  { Node: 'sick', Address: '10.2.0.4', Service: { Service: 'down', Port: 1 }, health: 'critical' },
];

const coming = Promise.resolve();
const remoteOf = (
  datacenter: string,
  look: <T>(value: T | undefined) => Looked<T>,
  catalog = memoryCatalog(THERE),
) => ({
  datacenter,
  service: (name: string) => look(catalog.service(name)),
  connect: (name: string) => look(name === 'meshed' ? catalog.service('home') : undefined),
  ingress: (name: string) => look(name === 'meshed' ? catalog.service('home') : undefined),
  node: (name: string) => look(catalog.node(name)),
  query: (name: string) =>
    look(
      name === 'nearest'
        ? { service: 'web', datacenter: 'dc5', instances: catalog.service('web') ?? [], ttl: 9, isOrdered: true }
        : undefined,
    ),
});

function contextWith(catalog = memoryCatalog(THERE)): ZoneContext {
  const remotes: Record<string, RemoteView> = {
    dc2: remoteOf('dc2', (value) => ({ value }), catalog),
    dc3: remoteOf('dc3', () => ({ coming })),
    dc4: remoteOf('dc4', () => 'unreachable'),
  };
  const queries: QueryView = {
    query(name) {
      if (name === 'waits') return { coming };
      const instances = catalog.service('web') ?? [];
      return name === 'fails-over'
        ? { service: 'web', datacenter: 'dc2', instances, ttl: 5, isOrdered: true }
        : undefined;
    },
  };
  const view = memoryCatalog(HERE);
  return { view, queries, remote: (name) => remotes[name], settings: dnsSettings({}), random: () => 0.5, now: 1 };
}

function shown(question: Question): string {
  const outcome = answer(question, contextWith());
  if (outcome.kind !== 'reply') return outcome.kind;
  const records = outcome.reply.items.map(({ record }) => {
    if ('bytes' in record) return `${record.type} ${record.bytes.join('.')}`;
    return record.type === 'SRV' ? `SRV ${record.port} ${record.target}` : `${record.type} ${JSON.stringify(record)}`;
  });
  return [outcome.reply.rcode, ...records.sort()].join('; ');
}

describe('names of other datacenters', () => {
  test.each<[string, Question['type'], string]>([
    ['web.service.dc2.consul', 'A', 'NOERROR; A 10.2.0.1; A 10.2.9.2'],
    ['v2.web.service.dc2.dc.consul', 'A', 'NOERROR; A 10.2.0.1'],
    ['WEB.service.DC2.consul', 'SRV', 'NOERROR; SRV 81 x.node.dc2.consul; SRV 82 0a020902.addr.dc2.consul'],
    ['_web._v2.dc2.consul', 'SRV', 'NOERROR; SRV 81 x.node.dc2.consul'],
    ['x.node.dc2.consul', 'A', 'NOERROR; A 10.2.0.1'],
    ['stood-for.virtual.dc2.consul', 'A', 'NOERROR; A 10.96.0.1'],
    ['nearest.query.dc2.consul', 'SRV', 'NOERROR; SRV 81 x.node.dc5.consul; SRV 82 0a020902.addr.dc5.consul'],
    ['fails-over.query.consul', 'SRV', 'NOERROR; SRV 81 x.node.dc2.consul; SRV 82 0a020902.addr.dc2.consul'],
    ['meshed.connect.dc2.consul', 'SRV', 'NOERROR; SRV 83 a.node.consul'],
    ['meshed.ingress.dc2.consul', 'SRV', 'NOERROR; SRV 83 a.node.consul'],
    ['web.connect.dc2.consul', 'SRV', 'NXDOMAIN'],
    ['web.connect.dc3.consul', 'SRV', 'wait'],
    ['down.service.dc2.consul', 'A', 'NXDOMAIN'],
    ['none.service.dc2.consul', 'A', 'NXDOMAIN'],
    ['a.node.dc2.consul', 'A', 'NXDOMAIN'],
    ['none.query.dc2.consul', 'A', 'NXDOMAIN'],
    ['web.service.dc3.consul', 'A', 'wait'],
    ['x.node.dc3.consul', 'A', 'wait'],
    ['q.query.dc3.consul', 'A', 'wait'],
    ['waits.query.consul', 'A', 'wait'],
    ['web.service.dc4.consul', 'A', 'SERVFAIL'],
    ['web.service.dc9.consul', 'A', 'NXDOMAIN'],
    ['web.service.dc3.consul', 'SOA', 'NOERROR; SOA '],
  ])('%s %s', (name, type, wanted) => {
    expect(shown({ name, type })).toMatch(
      wanted.endsWith(' ') ? wanted : new RegExp(`^${wanted.replaceAll('.', '\\.')}$`),
    );
  });

  test('aliases are followed from one to the other, and not waited for', () => {
    expect(shown({ name: 'home.service.dc2.consul', type: 'A' })).toMatch(
      /^NOERROR; A 10\.1\.0\.1; CNAME .*a\.node\.consul/,
    );
    expect(shown({ name: 'far.service.consul', type: 'A' })).toMatch(
      /^NOERROR; A 10\.2\.0\.1; CNAME .*x\.node\.dc2\.consul/,
    );
    expect(shown({ name: 'later.service.consul', type: 'A' })).toMatch(/^NOERROR; CNAME .*x\.node\.dc3\.consul/);
  });

  test('an answer is made anew each time', () => {
    const catalog = memoryCatalog(THERE);
    const [respond, context] = [createPacketCache(), contextWith(catalog)];
    const ask = () => {
      const response = respond(questionBytes({ name: 'web.service.dc2.consul' }), 'udp', context);
      return response.kind === 'answer' ? shownAnswer(response.bytes).answer.length : response.kind;
    };
    expect([ask(), ask()]).toEqual([2, 2]);
    catalog.register({ Node: 'n', Address: '10.2.0.9', Service: { Service: 'web', Port: 1 } });
    expect(ask()).toBe(3);
  });
});

test.each<[string, RegExp]>([
  ['web.service.dc2.consul', /"dc2" is asked.*\n.*2 instances are registered/],
  ['x.node.dc2.consul', /Its address is 10\.2\.0\.1/],
  ['web.service.dc3.consul', /has not answered yet/],
  ['web.service.dc4.consul', /does not answer/],
  ['fails-over.query.consul', /finds 2 instances in datacenter "dc2"/],
])('%s is explained', (name, words) => {
  expect(explain({ name, type: 'A' }, contextWith()).steps.join('\n')).toMatch(words);
});
