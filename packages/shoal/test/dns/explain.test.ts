import { describe, expect, test } from 'vitest';
import { explain } from '../../src/dns/explain.ts';
import { type DnsSettings, dnsSettings } from '../../src/dns/settings.ts';
import { memoryCatalog } from '../support/memory-catalog.ts';

const view = memoryCatalog([
  { Node: 'n1', Address: '10.0.0.1', Service: { Service: 'web', ID: 'a', Port: 80, Tags: ['v1'] } },
  { Node: 'n2', Address: '10.0.0.2', Service: { Service: 'web', ID: 'b', Port: 80 }, health: 'critical' },
  { Node: 'n3', Address: '10.0.0.3', Service: { Service: 'web', ID: 'c', Port: 80 }, health: 'warning' },
  { Node: 'n4', Address: '10.0.0.4', Service: { Service: 'mixed', ID: 'd', Port: 80, Address: 'www.example.com' } },
  { Node: 'n4', Address: '10.0.0.4', Service: { Service: 'mixed', ID: 'e', Port: 80, Virtual: '10.96.0.5' } },
]);

describe('it is explained', () => {
  type Case = { name: string; ask: string; settings?: Partial<DnsSettings>; rcode?: string; says: RegExp[] };
  const cases: Case[] = [
    {
      name: 'who is left out, and why',
      ask: 'web.service.consul',
      settings: { onlyPassing: true, serviceTtl: { 'w*': 7 } },
      rcode: 'NOERROR',
      says: [
        /a on n1: 10\.0\.0\.1:80, passing/,
        /b on n2: left out: a check/,
        /c on n3: left out: only_passing/,
        /TTL 7 s \(service_ttl "w\*"\)/,
      ],
    },
    { name: 'that a tag is missing', ask: 'v1.web.service.consul', rcode: 'NOERROR', says: [/its tags are none/] },
    { name: 'that there is no such service', ask: 'db.service.consul', rcode: 'NXDOMAIN', says: [/holds no service/] },
    {
      name: 'that another datacenter is meant',
      ask: 'web.service.dc9.consul',
      rcode: 'NXDOMAIN',
      says: [/no other is known/],
    },
    { name: 'that nothing stands for it', ask: 'web.connect.consul', rcode: 'NXDOMAIN', says: [/no proxy for it/] },
    { name: 'that no gateway leads to it', ask: 'web.ingress.consul', rcode: 'NXDOMAIN', says: [/no ingress gateway/] },
    { name: 'that the name has no form', ask: 'web.consul', rcode: 'NXDOMAIN', says: [/none of its forms/] },
    { name: 'that it is refused', ask: 'www.example.com', says: [/none of our domains/, /it is refused/] },
    {
      name: 'that it falls through',
      ask: 'git.consul',
      settings: { fallthrough: true, recursors: ['9.9.9.9'] },
      says: [/fallthrough is on/],
    },
    {
      name: 'that a host name is an alias',
      ask: 'mixed.service.consul',
      rcode: 'NOERROR',
      says: [
        /d on n4: www\.example\.com:80, passing; a host name, which is an alias/,
        /e on n4: 10\.0\.0\.4:80, passing$/m,
      ],
    },
    {
      name: 'where an address for all comes from',
      ask: 'mixed.virtual.consul',
      rcode: 'NOERROR',
      says: [/stands for service "mixed"/, /tagged address "virtual"/],
    },
    { name: 'what a node has', ask: 'n1.node.consul', rcode: 'NOERROR', says: [/Its address is 10\.0\.0\.1/] },
  ];
  test.each(cases)('$name', ({ ask, settings = {}, rcode, says }) => {
    const context = { view, settings: dnsSettings(settings), random: () => 0, now: 1 };
    const { steps, ...answer } = explain({ name: ask, type: 'A' }, context);
    for (const pattern of says) expect(steps.join('\n')).toMatch(pattern);
    expect(answer.rcode).toBe(rcode);
  });

  test('with the records as zone files have them', () => {
    const context = { view, settings: dnsSettings({ onlyPassing: true }), random: () => 0, now: 1 };
    const { answers } = explain({ name: 'web.service.consul', type: 'SRV' }, context);
    expect(answers[0]).toBe('web.service.consul. 0 IN SRV 1 1 80 n1.node.dc1.consul.');
  });
});
