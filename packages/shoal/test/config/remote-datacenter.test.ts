import { describe, expect, test } from 'vitest';
import { load, shown } from './environment.ts';

const none = { caFile: undefined, certFile: undefined, keyFile: undefined, serverName: undefined };

test('the block in each form, with files where they are, and names in lower case', async () => {
  const hcl = `data_dir = "/d"
remote_datacenter "DC2" {
  addresses = ["10.0.0.5", "https://consul.test"]
  token     = "t"
  ca_file   = "ca.pem"
}
remote_datacenter "dc3" { addresses = "http://10.0.0.6:80" }
`;
  const json = JSON.stringify({
    data_dir: '/d',
    server: true,
    remote_datacenter: { dc4: { addresses: ['10.0.0.7:1'], tls_server_name: 'consul' } },
  });
  const { config } = await load({ 'shoal.hcl': hcl, 'consul.json': json });
  expect(config?.remoteDatacenters).toEqual({
    dc2: {
      addresses: ['http://10.0.0.5:8500', 'https://consul.test'],
      token: 't',
      tls: { ...none, caFile: '/srv/ca.pem' },
    },
    dc3: { addresses: ['http://10.0.0.6'], token: undefined, tls: none },
    dc4: { addresses: ['http://10.0.0.7:1'], token: undefined, tls: { ...none, serverName: 'consul' } },
  });
});

describe('what is wrong is told with its remedy', () => {
  test.each<[string, RegExp]>([
    ['remote_datacenter { addresses = ["a"] }', /remote_datacenter "NAME"/],
    ['remote_datacenter "dc2" {}', /It needs the address of a Consul API there: addresses = /],
    ['remote_datacenter "dc2" { addresses = ["http://a/v1"] }', /"http:\/\/a\/v1" is no address of an API/],
    ['remote_datacenter "dc2" { address = "a" }', /did you mean "addresses"/],
    ['remote_datacenter "dc2" {\n addresses = ["a"]\n cert_file = "c"\n}', /both cert_file and key_file/],
    ['remote_datacenter "dc 2" { addresses = ["a"] }', /"dc 2" is no name of a datacenter/],
    ['remote_datacenter "DC1" { addresses = ["a"] }', /"dc1" is this agent's own/],
  ])('%s', async (text, words) => {
    const loaded = await load(`data_dir = "/d"\n${text}\n`);
    expect(loaded.config).toBeUndefined();
    expect(shown(loaded)).toMatch(words);
  });
});

test("Consul's keys for its own way point to it", async () => {
  const loaded = await load({ 'consul.hcl': 'data_dir = "/d"\nserver = true\nretry_join_wan = ["10.0.0.5"]\n' });
  expect(shown(loaded)).toMatch(/retry_join_wan has no effect(?:.|\n)*remote_datacenter/);
});
