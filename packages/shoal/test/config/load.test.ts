import { describe, expect, test } from 'vitest';
import type { AgentConfig } from '../../src/config/agent-config.ts';
import type { AgentFlags } from '../../src/config/flags.ts';
import { loadConfig } from '../../src/config/load.ts';
import { anEnvironment, filesOf, load, shown } from './environment.ts';
import { aMachine } from './machine.ts';

const DATA = 'data_dir = "/d"\n';

async function configOf(given: Parameters<typeof load>[0], options?: Parameters<typeof load>[1]): Promise<AgentConfig> {
  const loaded = await load(given, options);
  if (loaded.config === undefined) throw new Error(shown(loaded));
  return loaded.config;
}

describe('the dialect of a file', () => {
  const cases: { name: string; file?: string; given: string; want: string }[] = [
    { name: 'server as a value', given: 'server = true', want: 'consul' },
    { name: 'server as a block', given: 'server { enabled = true }', want: 'nomad' },
    { name: 'ports of Consul only', given: 'ports { serf_lan = 8301 }', want: 'consul' },
    { name: 'ports of Shoal only', given: 'ports { consul_http = 8500 }', want: 'shoal' },
    { name: 'dns block', given: 'dns { fallthrough = true }', want: 'shoal' },
    { name: 'a slip does not turn it', given: 'region = "eu"\nsever { enabled = true }', want: 'nomad' },
    { name: 'nothing tells', given: 'datacenter = "x"', want: 'shoal' },
    { name: 'the name tells', file: 'consul.hcl', given: 'datacenter = "x"', want: 'consul' },
    { name: 'the folder tells', file: 'etc/nomad.d/base.hcl', given: 'bind_addr = "127.0.0.1"', want: 'nomad' },
    { name: 'the content comes first', file: 'consul.hcl', given: 'client { enabled = true }', want: 'nomad' },
    { name: 'JSON', file: 'a.json', given: '{"server": [{"enabled": true}]}', want: 'nomad' },
  ];
  test.each(cases)('$name', async ({ file = 'agent.hcl', given, want }) => {
    const { dialects } = await load({ [file]: given });
    expect(dialects.get(file)).toBe(want);
  });
});

describe('listeners', () => {
  type Want = Partial<AgentConfig['listen']>;
  const local = ['127.0.0.1'];
  const cases: { name: string; given: string; flags?: AgentFlags; want: Want }[] = [
    {
      name: 'loopback when nothing is said, but for the port on which a server is reached by other agents',
      given: 'server { enabled = true }',
      want: { http: local, consulHttp: local, dns: local, rpc: ['0.0.0.0'], edge: [] },
    },
    {
      name: "Consul's bind_addr is the agents'",
      given: 'server = true\nbind_addr = "10.0.0.1"',
      want: { http: local, consulHttp: local, dns: local, rpc: ['10.0.0.1'] },
    },
    {
      name: "Consul's client_addr is its API and DNS",
      given: 'server = true\nclient_addr = "0.0.0.0"',
      want: { http: local, consulHttp: ['0.0.0.0'], dns: ['0.0.0.0'], rpc: ['0.0.0.0'] },
    },
    {
      name: 'an address that another one covers is not listened on twice',
      given: 'server = true\nclient_addr = "10.0.0.1 0.0.0.0 ::1"\naddresses { dns = "127.0.0.1 0.0.0.0 ::" }',
      want: { consulHttp: ['0.0.0.0', '::1'], dns: ['::'] },
    },
    {
      name: "Consul's addresses come first",
      given: 'server = true\naddresses { dns = "127.0.0.1 10.0.0.1" }\nclient_addr = "0.0.0.0"',
      want: { consulHttp: ['0.0.0.0'], dns: ['127.0.0.1', '10.0.0.1'] },
    },
    {
      name: "Nomad's bind_addr is its API and the agents'",
      given: 'server { enabled = true }\nbind_addr = "0.0.0.0"',
      want: { http: ['0.0.0.0'], consulHttp: local, dns: local, rpc: ['0.0.0.0'] },
    },
    {
      name: "Shoal's bind is all but the edge",
      given: 'edge {}\nserver { enabled = true }\nbind = "enp7s0"',
      want: {
        http: ['10.33.0.2'],
        consulHttp: ['10.33.0.2'],
        dns: ['10.33.0.2'],
        rpc: ['10.33.0.2'],
        edge: ['0.0.0.0'],
      },
    },
    {
      name: 'a network',
      given: 'dns {}\nserver { enabled = true }\nbind_addr = "10.33.0.0/16"',
      want: { http: ['10.33.0.2'] },
    },
    {
      name: 'the edge on an address',
      given: 'server { enabled = true }\naddresses { edge = "eth0" }\nedge {}',
      want: { edge: ['95.217.186.98'] },
    },
    { name: 'an edge that is off', given: 'server { enabled = true }\nedge { enabled = false }', want: { edge: [] } },
    {
      name: '-dev',
      given: '',
      flags: { dev: true },
      want: { http: local, consulHttp: local, dns: local, rpc: local, edge: local },
    },
    {
      name: 'flags come last',
      given: 'server { enabled = true }\nbind_addr = "0.0.0.0"',
      flags: { bind: '127.0.0.1' },
      want: { http: local, rpc: local },
    },
    { name: '-1 turns it off', given: 'server = true\nports { dns = -1 }', want: { consulHttp: local, dns: [] } },
  ];
  test.each(cases)('$name', async ({ given, flags, want }) => {
    const { listen } = await configOf(DATA + given, flags && { flags });
    expect(listen).toMatchObject(want);
  });

  test('an interface that is missing waits, with what it is for', async () => {
    const given = `${DATA}server = true\nclient_addr = "127.0.0.1 {{ GetInterfaceIP \\"docker0\\" }}"`;
    const loaded = await load(given, { env: aMachine(['docker0']) });
    expect(loaded.config?.listen.dns).toEqual(['127.0.0.1']);
    expect(loaded.config?.pending).toEqual(
      ['consulHttp', 'dns'].map((listener) => ({
        listener,
        setting: 'client_addr',
        source: '{{ GetInterfaceIP "docker0" }}',
        reason: 'there is no interface "docker0" yet',
      })),
    );
    expect(shown(loaded)).toMatchInlineSnapshot(`
      "Warning: client_addr waits for an address
       --> agent.hcl:3:15
        |
      2 | server = true
      3 | client_addr = "127.0.0.1 {{ GetInterfaceIP \\"docker0\\" }}"
        |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

        There is no interface "docker0" yet. It is bound when it comes.
      "
    `);
  });
});

describe('ports', () => {
  const cases: { name: string; given: string; flags?: AgentFlags; want: Partial<AgentConfig['ports']> }[] = [
    {
      name: 'usual',
      given: 'server { enabled = true }',
      want: { http: 4646, consulHttp: 8500, dns: 8600, rpc: 4647, edgeHttp: 8080, edgeHttps: 8443 },
    },
    {
      name: "Consul's http is the Consul API",
      given: 'server = true\nports { http = 18500 server = 18300 }',
      want: { http: 4646, consulHttp: 18_500, rpc: 18_300 },
    },
    {
      name: "Nomad's http is the Nomad API",
      given: 'server { enabled = true }\nports { http = 14646 }',
      want: { http: 14_646, consulHttp: 8500 },
    },
    {
      name: "Shoal's on one line",
      given:
        'server { enabled = true }\nports { http = 1  consul_http = 2  dns = 3  rpc = 4  edge_http = 5  edge_https = 6 }',
      want: { http: 1, consulHttp: 2, dns: 3, rpc: 4, edgeHttp: 5, edgeHttps: 6 },
    },
    {
      name: 'hold with -dev',
      given: 'ports {\n  http = 1\n  consul_http = 2\n}',
      flags: { dev: true },
      want: { http: 1, consulHttp: 2, dns: 8600 },
    },
    {
      name: "Consul's 0 is off as -1 is",
      given: 'server = true\nports {\n  http = 0\n  dns = -1\n}',
      want: { consulHttp: undefined, dns: undefined },
    },
    { name: 'by flags', given: '', flags: { dev: true, httpPort: 0, dnsPort: 53 }, want: { http: 0, dns: 53 } },
  ];
  test.each(cases)('$name', async ({ given, flags, want }) => {
    expect((await configOf(DATA + given, flags && { flags })).ports).toMatchObject(want);
  });
});

describe('the node', () => {
  const cases: { name: string; given: string; flags?: AgentFlags; want: string }[] = [
    { name: 'hostname up to its first dot', given: '', want: 'harpsichord' },
    { name: "Consul's node_name as it is", given: 'node_name = "oboe.example"', want: 'oboe.example' },
    { name: "Nomad's name", given: 'name = "oboe"', want: 'oboe' },
    { name: 'a flag', given: 'name = "oboe"', flags: { node: 'piano' }, want: 'piano' },
  ];
  test.each(cases)('$name', async ({ given, flags, want }) => {
    const loaded = await load(DATA + given, flags && { flags });
    expect(loaded.config?.nodeName).toBe(want);
  });
});

describe('roles', () => {
  const both = { 'consul.hcl': 'server = false\nretry_join = ["a"]', 'nomad.hcl': `${DATA}server { enabled = true }` };
  const cases: {
    name: string;
    given: Parameters<typeof load>[0];
    flags?: AgentFlags;
    want: [boolean, boolean, boolean];
  }[] = [
    { name: 'server if any file says so', given: both, want: [true, false, false] },
    {
      name: 'whatever the order',
      given: { b: both['nomad.hcl'], 'consul.hcl': both['consul.hcl'] },
      want: [true, false, false],
    },
    { name: 'Consul alone is no client', given: `${DATA}server = true`, want: [true, false, false] },
    { name: 'client', given: `${DATA}client { enabled = true }`, want: [false, true, false] },
    { name: '-dev is everything', given: '', flags: { dev: true }, want: [true, true, true] },
    {
      name: 'raw_exec by plug-in',
      given: `${DATA}client { enabled = true }\nplugin "raw_exec" {\n  config {\n    enabled = true\n  }\n}`,
      want: [false, true, true],
    },
    {
      name: 'raw_exec by old option',
      given: `${DATA}client {\n  enabled = true\n  options = { "driver.raw_exec.enable" = "1" }\n}`,
      want: [false, true, true],
    },
    {
      name: 'raw_exec refused with -dev',
      given: 'plugin "raw_exec" {\n  config {\n    enabled = false\n  }\n}',
      flags: { dev: true },
      want: [true, true, false],
    },
  ];
  test.each(cases)('$name', async ({ given, flags, want }) => {
    const { server, client, rawExec } = await configOf(given, flags && { flags });
    expect([server.enabled, client.enabled, rawExec.enabled]).toEqual(want);
  });
});

describe('merging', () => {
  test('later values replace, lists grow, maps join', async () => {
    const config = await configOf({
      'a.hcl': `${DATA}log_level = "debug"\nclient {\n  enabled = true\n  servers = ["a"]\n  meta { x = "1" }\n}`,
      'b.hcl': 'log_level = "WARN"\nclient {\n  servers = ["b", "a"]\n  meta { y = "2" }\n}',
    });
    expect([config.log.level, config.client.servers, config.client.meta]).toEqual([
      'warn',
      ['a', 'b'],
      { x: '1', y: '2' },
    ]);
  });

  const folders: { name: string; given: Record<string, string>; want: string }[] = [
    {
      name: "Nomad's folder before Consul's",
      given: { 'nomad.hcl': 'region = "r"\ndata_dir = "/n"', 'consul.hcl': 'server = true\ndata_dir = "/c"' },
      want: '/n',
    },
    {
      name: "Shoal's before all",
      given: { 'a.hcl': 'edge {}\ndata_dir = "/s"', 'nomad.hcl': 'region = "r"\ndata_dir = "/n"' },
      want: '/s',
    },
  ];
  test.each(folders)('$name', async ({ given, want }) => {
    const loaded = await load(given);
    expect(loaded.config?.dataDir).toBe(want);
    expect(loaded.diagnostics.map(({ summary }) => summary)).toContain('data_dir is not used');
  });

  test('what two files say differently is told', async () => {
    const loaded = await load({
      'consul.hcl': `${DATA}server = true\ndatacenter = "a"`,
      'nomad.hcl': 'region = "r"\ndatacenter = "b"',
    });
    expect(loaded.config?.datacenter).toBe('b');
    expect(shown(loaded)).toMatchInlineSnapshot(`
      "Warning: datacenter is not used
       --> consul.hcl:3:14
        |
      2 | server = true
      3 | datacenter = "a"
        |              ^^^

        The agent has one datacenter, and nomad.hcl says "b" in Nomad's form.

        Remedy: remove it here, or write "b"
      "
    `);
  });

  test('a folder: .hcl and .json by name, nothing else', async () => {
    const files = filesOf({
      'etc/b.json': '{"datacenter": "json"}',
      'etc/a.hcl': `${DATA}datacenter = "hcl"\nserver = true`,
      'etc/c.txt': 'nonsense',
      'etc/old.hcl/x.hcl': 'nonsense',
    });
    const { config } = await loadConfig({
      paths: ['etc'],
      env: anEnvironment({ ...files, list: async () => ['old.hcl', 'c.txt', 'b.json', 'a.hcl'] }),
    });
    expect([config?.files, config?.datacenter]).toEqual([['etc/a.hcl', 'etc/b.json'], 'json']);
  });
});

describe('what others are told', () => {
  const cases: { name: string; given: string; flags?: AgentFlags; want: Partial<AgentConfig['advertise']> }[] = [
    {
      name: 'where the agents talk',
      given: 'server = true\nbind_addr = "10.33.0.2"',
      want: { address: '10.33.0.2', rpc: '10.33.0.2:4647', http: '127.0.0.1:4646' },
    },
    {
      name: 'advertise_addr',
      given: 'server = true\nadvertise_addr = "{{ GetPublicIP }}"',
      want: { address: '95.217.186.98' },
    },
    {
      name: 'not a wildcard',
      given: 'server { enabled = true }\nbind_addr = "0.0.0.0"',
      want: { address: '172.16.230.100', http: '172.16.230.100:4646' },
    },
    {
      name: 'with a port',
      given: 'server { enabled = true }\nadvertise { rpc = "1.2.3.4:5678" }',
      want: { rpc: '1.2.3.4:5678' },
    },
    {
      name: 'a port alone',
      given: 'server { enabled = true }\nadvertise {\n  http = ":4646"\n  rpc = ":5678"\n}',
      want: { http: '172.16.230.100:4646', rpc: '172.16.230.100:5678' },
    },
    {
      name: 'names of DNS',
      given: 'server { enabled = true }\nadvertise {\n  http = "nomad-1.example.org"\n  rpc = "n.example.org:5678"\n}',
      want: { http: 'nomad-1.example.org:4646', rpc: 'n.example.org:5678' },
    },
    {
      name: 'an interface',
      given: 'edge {}\nserver { enabled = true }\nadvertise = "enp7s0"',
      want: { address: '10.33.0.2' },
    },
    {
      name: 'loopback with -dev',
      given: '',
      flags: { dev: true },
      want: { address: '127.0.0.1', http: '127.0.0.1:4646' },
    },
  ];
  test.each(cases)('$name', async ({ given, flags, want }) => {
    expect((await configOf(DATA + given, flags && { flags })).advertise).toMatchObject(want);
  });
});

describe('values', () => {
  const cases: { name: string; given: string; read: (config: AgentConfig) => unknown; want: unknown }[] = [
    {
      name: 'durations',
      given: 'server {\n  enabled = true\n  heartbeat_grace = "1m30s"\n}',
      read: ({ server }) => server.heartbeatGraceMs,
      want: 90_000,
    },
    {
      name: 'a domain with its last dot',
      given: 'server = true\ndomain = "mooncarrot.space."',
      read: ({ dns }) => dns.domain,
      want: 'mooncarrot.space',
    },
    {
      name: 'TTLs by service, quoted names',
      given: 'server = true\ndns_config {\n  service_ttl {\n    "*" = "5s"\n    web = "1m"\n  }\n}',
      read: ({ dns }) => dns.serviceTtl,
      want: { '*': 5, web: 60 },
    },
    {
      name: 'numbers as text',
      given: 'server = true\nports { http = "18500" }',
      read: ({ ports }) => ports.consulHttp,
      want: 18_500,
    },
    {
      name: 'one text for a list',
      given: 'server = true\nretry_join = "a"',
      read: ({ join }) => join.addresses,
      want: ['a'],
    },
    {
      name: 'headers with quoted names',
      given:
        'region = "r"\nserver { enabled = true }\nhttp_api_response_headers {\n  "Access-Control-Allow-Origin" = "*"\n}',
      read: ({ http }) => http.responseHeaders,
      want: { 'Access-Control-Allow-Origin': '*' },
    },
    {
      name: 'a relative data folder',
      given: 'server = true\ndata_dir = "state"',
      read: ({ dataDir }) => dataDir,
      want: '/srv/state',
    },
    {
      name: 'bootstrap',
      given: 'server = true\nbootstrap = true',
      read: ({ server }) => server.bootstrapExpect,
      want: 1,
    },
    {
      name: 'recursors over TLS',
      given: 'server { enabled = true }\ndns {\n  fallthrough = true\n  recursors = ["tls://1.1.1.1"]\n}',
      read: ({ dns }) => [dns.fallthrough, dns.recursors],
      want: [true, ['tls://1.1.1.1']],
    },
    {
      name: 'host networks, several of one name',
      given:
        'client {\n  enabled = true\n  servers = ["a"]\n  host_network "lan" { cidr = "10.0.0.0/8" }\n  host_network "lan" { interface = "eth1" reserved_ports = "22" }\n}',
      read: ({ client }) => client.hostNetworks,
      want: [
        { name: 'lan', cidr: '10.0.0.0/8', interface: undefined, reservedPorts: '' },
        { name: 'lan', cidr: undefined, interface: 'eth1', reservedPorts: '22' },
      ],
    },
    {
      name: 'limits of artifacts',
      given:
        'client {\n  enabled = true\n  servers = ["a"]\n  artifact {\n    http_read_timeout = "0"\n    git_timeout = "5m"\n    http_max_size = "1.5GB"\n    decompression_limit_size = "2MiB"\n    decompression_limit_file_count = 0\n  }\n}',
      read: ({ client }) => Object.values(client.artifact),
      want: [2 ** 31 - 1, 300_000, 1_500_000_000, 2 * 1024 ** 2, Number.POSITIVE_INFINITY],
    },
    {
      name: 'the pool of the node',
      given: 'client {\n  enabled = true\n  servers = ["a"]\n  node_pool = "gpu"\n}',
      read: ({ client }) => client.nodePool,
      want: 'gpu',
    },
    {
      name: 'services of Consul',
      given: 'server = true\nservice {\n  name = "web"\n  port = 80\n}',
      read: ({ services }) => services,
      want: [{ name: 'web', port: 80 }],
    },
    {
      name: 'plug-ins',
      given:
        'client { enabled = true }\nserver { enabled = true }\nplugin "docker" {\n  config {\n    allow_privileged = true\n  }\n}',
      read: ({ plugins }) => plugins,
      want: { docker: { config: { allow_privileged: true }, args: [] } },
    },
  ];
  test.each(cases)('$name', async ({ given, read, want }) => {
    const config = await configOf(given.includes('data_dir') ? given : DATA + given);
    expect(read(config)).toEqual(want);
  });
});
