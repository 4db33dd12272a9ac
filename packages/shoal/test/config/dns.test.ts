import { describe, expect, test } from 'vitest';
import { load, shown } from './environment.ts';

const loaded = (text: string) => load(`data_dir = "/d"\n${text}\n`);

describe('domains beside the first', () => {
  test.each([
    ['one, as Consul has it', 'alt_domain = "alt.test."', ['alt.test']],
    ['several', 'dns {\n alt_domains = ["alt.test", "Third.Example"]\n}', ['alt.test', 'third.example']],
    ['under both names', 'dns {\n alt_domain = "a.test"\n alt_domains = ["b.test"]\n}', ['a.test', 'b.test']],
  ])('%s', async (_, text, domains) => {
    const { config } = await loaded(text);
    expect(config?.dns.altDomains).toEqual(domains);
  });
});

test('recursors may be templates, as with Consul', async () => {
  const { config } = await loaded('recursors = ["{{ GetInterfaceIP \\"wgoverlay\\" }}", "tls://9.9.9.9"]');
  expect(config?.dns.recursors).toEqual(['172.16.230.100', 'tls://9.9.9.9']);
});

describe('what cannot be served or asked is an error with its remedy', () => {
  test.each([
    [
      'a domain with an empty label',
      'dns {\n domain = "a..b"\n}',
      /domain does not fit DNS[\s\S]*"a\.\.b"[\s\S]*Remedy/,
    ],
    ['a domain with a blank', 'dns {\n alt_domains = ["a b"]\n}', /domain does not fit DNS[\s\S]*"a b"/],
    [
      'a recursor',
      'dns {\n recursors = ["tls:1.1.1.1"]\n}',
      /recursor cannot be read[\s\S]*tls:1\.1\.1\.1[\s\S]*tls:\/\/IP/,
    ],
    [
      'a recursor that comes to no address',
      'dns {\n recursors = ["{{ GetInterfaceIP \\"none0\\" }}"]\n}',
      /recursor cannot be read[\s\S]*none0/,
    ],
    ['a strategy', 'dns {\n recursor_strategy = "fastest"\n}', /recursor_strategy must be "sequential" or "random"/],
    ['a port', 'dns {\n ports = [0]\n}', /dns\.ports must be a list of ports/],
    ['a limit', 'dns {\n a_record_limit = -1\n}', /a_record_limit is out of range/],
    ['a TTL', 'dns {\n node_ttl = "-5s"\n}', /node_ttl is out of range/],
    ["a service's TTL", 'dns {\n service_ttl {\n web = "-5s"\n}\n}', /service_ttl of "web" is out of range/],
  ])('%s', async (_, text, message) => {
    const result = await loaded(text);
    expect(result.config).toBeUndefined();
    expect(shown(result)).toMatch(message);
  });
});
