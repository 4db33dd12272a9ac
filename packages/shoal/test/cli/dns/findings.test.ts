import { describe, expect, test } from 'vitest';
import { type DnsSight, findings } from '../../../src/cli/dns/findings.ts';

const healthy: DnsSight = {
  agent: { domains: ['consul'], recursors: ['9.9.9.9'], fallthrough: false },
  addresses: [{ address: '127.0.0.1', port: 8600, udp: undefined, tcp: undefined }],
  system: { name: 'n.node.consul', addresses: ['10.0.0.1'], failure: undefined },
  nameservers: ['127.0.0.53'],
  outside: { name: 'example.com', failure: undefined },
};
const unresolved = { name: 'n.node.consul', addresses: [], failure: 'ENOTFOUND' };

describe('what is wrong with DNS', () => {
  const cases: { name: string; sight: Partial<DnsSight>; want: RegExp[] }[] = [
    { name: 'nothing', sight: {}, want: [] },
    { name: 'it is off', sight: { agent: undefined }, want: [/turned off/] },
    {
      name: 'it does not answer over TCP',
      sight: { addresses: [{ address: '10.0.0.1', port: 53, udp: undefined, tcp: 'ECONNREFUSED' }] },
      want: [/10\.0\.0\.1 port 53 over TCP: ECONNREFUSED/],
    },
    { name: 'the machine does not ask it', sight: { system: unresolved }, want: [/do not find n\.node\.consul/] },
    {
      name: 'the machine asks it at a port where it is not',
      sight: { system: unresolved, nameservers: ['127.0.0.1'] },
      want: [/port 8600, not on 53/],
    },
    {
      name: 'its recursors do not answer',
      sight: { outside: { name: 'example.com', failure: 'ETIMEOUT' } },
      want: [/recursors do not answer/],
    },
    {
      name: 'its recursor is itself',
      sight: { agent: { domains: ['consul'], recursors: ['127.0.0.1:8600'], fallthrough: false } },
      want: [/is the agent itself/],
    },
    {
      name: 'its recursor is the resolver that asks it',
      sight: {
        agent: { domains: ['consul'], recursors: ['127.0.0.53'], fallthrough: false },
        addresses: [{ address: '10.0.0.1', port: 53, udp: undefined, tcp: undefined }],
        nameservers: ['10.0.0.1'],
      },
      want: [/own resolver/],
    },
    {
      name: 'its domain is a public one, and nothing falls through',
      sight: { agent: { domains: ['mooncarrot.space'], recursors: ['9.9.9.9'], fallthrough: false } },
      want: [/public DNS/],
    },
    {
      name: 'one of its domains is for multicast',
      sight: { agent: { domains: ['consul', 'home.local'], recursors: [], fallthrough: false } },
      want: [/home\.local ends in \.local/],
    },
    {
      name: 'a public domain that falls through is fine',
      sight: { agent: { domains: ['mooncarrot.space'], recursors: ['9.9.9.9'], fallthrough: true } },
      want: [],
    },
  ];
  test.each(cases)('$name', ({ sight, want }) => {
    const wrong = findings({ ...healthy, ...sight }).filter(({ ok }) => !ok);
    expect(wrong).toHaveLength(want.length);
    for (const [at, pattern] of want.entries()) expect(wrong[at]?.text).toMatch(pattern);
    for (const { remedy } of wrong) expect(remedy).toBeTruthy();
  });
});
