import { describe, expect, test } from 'vitest';
import { likelySetup, SETUPS } from '../../../src/cli/dns/setups.ts';

const place = { domains: ['consul', 'corp.test'], address: '10.0.0.1', port: 8600 };
const named = (name: string) => SETUPS.find((setup) => setup.name === name) ?? expect.unreachable(name);

describe('the file for', () => {
  const cases: { name: string; want: string }[] = [
    { name: 'systemd-resolved', want: '[Resolve]\nDNS=10.0.0.1:8600\nDomains=~consul ~corp.test\n' },
    {
      name: 'dnsmasq',
      want: 'server=/consul/10.0.0.1#8600\nrebind-domain-ok=/consul/\nserver=/corp.test/10.0.0.1#8600\nrebind-domain-ok=/corp.test/\n',
    },
    {
      name: 'unbound',
      want: `server:
  do-not-query-localhost: no
  domain-insecure: "consul"
  private-domain: "consul"
  domain-insecure: "corp.test"
  private-domain: "corp.test"
  local-zone: "corp.test" transparent

forward-zone:
  name: "consul"
  forward-addr: 10.0.0.1@8600

forward-zone:
  name: "corp.test"
  forward-addr: 10.0.0.1@8600
`,
    },
    {
      name: 'coredns',
      want: `consul {
    forward . 10.0.0.1:8600
    cache 5
}

corp.test {
    forward . 10.0.0.1:8600
    cache 5
}
`,
    },
  ];
  test.each(cases)('$name', ({ name, want }) => expect(named(name).content(place, '')).toBe(want));
});

describe('/etc/resolv.conf', () => {
  const setup = named('resolv.conf');
  const at53 = { ...place, port: 53 };
  const cases = [
    {
      name: 'the agent comes first',
      before: 'search x\nnameserver 8.8.8.8\n',
      want: 'search x\nnameserver 10.0.0.1\nnameserver 8.8.8.8\n',
    },
    {
      name: 'it is named once',
      before: 'nameserver 8.8.8.8\nnameserver 10.0.0.1\n',
      want: 'nameserver 10.0.0.1\nnameserver 8.8.8.8\n',
    },
    { name: 'an empty file', before: '', want: 'nameserver 10.0.0.1\n' },
  ];
  test.each(cases)('$name', ({ before, want }) => {
    expect(setup.content(at53, before)).toBe(want);
    expect(setup.content(at53, want)).toBe(want);
  });
  test('needs port 53', () => {
    expect(setup.problem?.(at53)).toBeUndefined();
    expect(setup.problem?.(place)).toMatch(/listens on 8600/);
  });
});

describe('the way of this machine', () => {
  const cases = [
    { name: 'systemd-resolved', resolvConf: '/run/systemd/resolve/stub-resolv.conf', files: [] },
    { name: 'unbound', resolvConf: '/etc/resolv.conf', files: ['/etc/unbound/unbound.conf.d', '/etc/dnsmasq.d'] },
    { name: 'dnsmasq', resolvConf: '/etc/resolv.conf', files: ['/etc/dnsmasq.d'] },
    { name: 'resolv.conf', resolvConf: '/etc/resolv.conf', files: [] },
  ];
  test.each(cases)('$name', ({ name, resolvConf, files }) => {
    expect(likelySetup({ resolvConf, exists: (path) => files.includes(path) }).name).toBe(name);
  });
});
