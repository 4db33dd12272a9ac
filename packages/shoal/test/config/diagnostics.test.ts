import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { load, shown } from './environment.ts';

test('everything that is wrong is found at once, with place and remedy', async () => {
  const loaded = await load(`data_dir = "/d"
log_level = "loud"
bind_addr = "{{ GetInterfaceIp \`eth0\` }}"
region = "eu"
sever {
  enabled = true
}
client {
  enabled = "maybe"
  max_kill_timeout = "2d"
  reserverd {
    cpu = 500
  }
}
ports {
  http = 70000
}
retry_join = ["a"]
`);
  expect(loaded.config).toBeUndefined();
  expect(shown(loaded)).toMatchInlineSnapshot(`
    "Error: Unknown key "sever"
     --> agent.hcl:5:1
      |
    4 | region = "eu"
    5 | sever {
      | ^^^^^

      There is no "sever" in Shoal's form.

      Remedy: did you mean "server"?

    Error: client.enabled must be true or false
     --> agent.hcl:9:13
      |
    8 | client {
    9 |   enabled = "maybe"
      |             ^^^^^^^

      Here is the text "maybe".

    Error: client.max_kill_timeout must be a duration, such as "30s"
      --> agent.hcl:10:22
       |
     9 |   enabled = "maybe"
    10 |   max_kill_timeout = "2d"
       |                      ^^^^

      Here is the text "2d".

      Remedy: "2d": there are no days in durations, write hours ("48h" for two days)

    Error: Unknown key "client.reserverd"
      --> agent.hcl:11:3
       |
    10 |   max_kill_timeout = "2d"
    11 |   reserverd {
       |   ^^^^^^^^^

      There is no "reserverd" in client in Shoal's form.

      Remedy: did you mean "reserved"?

    Error: ports.http is out of range
      --> agent.hcl:16:10
       |
    15 | ports {
    16 |   http = 70000
       |          ^^^^^

      It is 70000; allowed is -1 to 65535.

    Error: bind_addr is no address
     --> agent.hcl:3:13
      |
    2 | log_level = "loud"
    3 | bind_addr = "{{ GetInterfaceIp \`eth0\` }}"
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

      {{ GetInterfaceIp \`eth0\` }}: function "GetInterfaceIp" not defined.

      Remedy: did you mean "GetInterfaceIP"?

    Error: Unknown log level "loud"
     --> agent.hcl:2:13
      |
    1 | data_dir = "/d"
    2 | log_level = "loud"
      |             ^^^^^^

      There are trace, debug, info, warn and error.
    "
  `);
});

test('documented keys without effect are warnings with a reason', async () => {
  const loaded = await load({
    'consul.hcl': `data_dir = "/d"
server = true
encrypt = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="
verify_incoming = true
acl {
  enabled = true
}
performance {
  raft_multiplier = 1
}
ports {
  https = 8501
  grpc = -1
}
`,
  });
  expect(loaded.config?.server.enabled).toBe(true);
  expect(shown(loaded)).toMatchInlineSnapshot(`
    "Warning: encrypt has no effect
     --> consul.hcl:3:1
      |
    2 | server = true
    3 | encrypt = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="
      | ^^^^^^^

      Agents do not gossip: there is nothing to tune, bind or encrypt.

    Warning: acl has no effect
     --> consul.hcl:5:1
      |
    4 | verify_incoming = true
    5 | acl {
      | ^^^

      There are no access rules yet: every request is allowed. Keep the APIs on loopback or a private network.

    Warning: performance has no effect
     --> consul.hcl:8:1
      |
    7 | }
    8 | performance {
      | ^^^^^^^^^^^

      The state is not kept by Raft.

    Warning: ports.https has no effect
      --> consul.hcl:12:3
       |
    11 | ports {
    12 |   https = 8501
       |   ^^^^^

      The APIs are served over plain HTTP; put TLS before them where they leave the machine.
    "
  `);
});

test('files that cannot be read or are no HCL', async () => {
  const loaded = await load({ 'broken.hcl': 'data_dir = "/d\nserver {' });
  expect(loaded.config).toBeUndefined();
  expect(loaded.diagnostics.filter(({ severity }) => severity === 'error').length).toBeGreaterThan(0);
});

test('whatever a file holds, loading gives diagnostics and never throws', async () => {
  const piece = fc.constantFrom(
    'server',
    'client',
    'ports',
    '"a"',
    ' = ',
    ' { ',
    ' } ',
    '\n',
    'true',
    '1',
    '[',
    ']',
    ',',
    '"{{ GetInterfaceIP `x` }}"',
    'bind_addr',
    'watches',
    'plugin "x"',
    '"',
    '<<E',
    '${',
    'é',
    '\\',
    'null',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 25 }), async (pieces) => {
      const loaded = await load(pieces.join(''));
      expect(loaded.config !== undefined || loaded.diagnostics.length > 0).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('a missing file', async () => {
  const { loadConfig } = await import('../../src/config/load.ts');
  const { anEnvironment, filesOf } = await import('./environment.ts');
  const loaded = await loadConfig({ paths: ['/etc/shoal.hcl'], env: anEnvironment(filesOf({})) });
  expect(shown(loaded)).toMatchInlineSnapshot(`
    "Error: Cannot read /etc/shoal.hcl

      There is no such file or folder.

      Remedy: check the path after -config
    "
  `);
});

test('ports that clash, names that DNS cannot carry, watches that cannot run', async () => {
  const loaded = await load(`data_dir = "/d"
server = true
node_name = "big_server.example"
ports {
  dns = 8500
}
watches = [
  { type = "service", args = ["x"] },
  { type = "nodes" },
]
`);
  expect(shown(loaded)).toMatchInlineSnapshot(`
    "Error: watches cannot be used
     --> agent.hcl:8:3
      |
    7 | watches = [
    8 |   { type = "service", args = ["x"] },
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

      A watch of type "service" needs "service".

    Error: watches cannot be used
     --> agent.hcl:9:3
      |
    8 |   { type = "service", args = ["x"] },
    9 |   { type = "nodes" },
      |   ^^^^^^^^^^^^^^^^^^

      A watch needs something to run: args = ["PROGRAM", …], or http_handler_config { path = "https://…" }.

    Error: Port 8500 is given twice
     --> agent.hcl:5:9
      |
    4 | ports {
    5 |   dns = 8500
      |         ^^^^

      Both the Consul API and DNS would listen on it.

      Remedy: choose another port for one of them

    Warning: The node name does not fit DNS
     --> agent.hcl:3:13
      |
    2 | server = true
    3 | node_name = "big_server.example"
      |             ^^^^^^^^^^^^^^^^^^^^

      "big_server.example" is no DNS label, so that big_server.example.node.consul cannot be asked for.

      Remedy: use letters, digits and hyphens, at most 63
    "
  `);
});

test('what the docker driver cannot use of its settings is found when they are read', async () => {
  const loaded = await load(`data_dir = "/d"
server { enabled = true }
client {
  options {
    "docker.cleanup.image.delay" = "soon"
  }
}
plugin "docker" {
  config {
    alow_privileged = true
    endpoint        = "/var/run/docker.sock"
  }
}
`);
  expect(loaded.config).toBeUndefined();
  const details = loaded.diagnostics
    .filter(({ summary }) => summary.includes('docker driver'))
    .map(({ detail }) => detail);
  expect(details).toEqual([
    '"gc.image_delay" must be a duration such as "5m" or "30s".',
    'No argument or block type is named "alow_privileged"; did you mean "allow_privileged"?',
    '"/var/run/docker.sock" is no address of a Docker engine: write unix:///PATH, tcp://HOST:PORT or https://HOST:PORT.',
  ]);
});

test('what is wrong with a plug-in is told at its own block, with where its settings belong', async () => {
  const loaded = await load(`data_dir = "/d"
server { enabled = true }
client { enabled = true }
plugin "docker" {
  volumes {
    enabled = true
  }
  config {
    alow_privileged = true
  }
}
plugin "podman" {}
plugin "exec" {
  config {
    no_pivot_rot = true
  }
}
plugin "raw_exec" {}
`);
  expect(
    loaded.diagnostics.map(({ summary, range, remedy }) => [summary, range?.start.line, ...(remedy ? [remedy] : [])]),
  ).toEqual([
    [
      'Unknown key "plugin."docker".volumes"',
      5,
      'settings of a plug-in are in its config block: plugin "NAME" { config { … } }',
    ],
    ['The settings of the docker driver are wrong', 4],
    ['The settings of the exec driver are wrong', 13],
    ['plugin "podman" has no effect', 12],
  ]);
});

test('a key in the wrong place is told which block has it', async () => {
  const loaded = await load({
    'nomad.hcl': 'data_dir = "/d"\nserver { enabled = true }\nserver_join {}\nprometheus_metrics = true\n',
    'consul.hcl': 'server = true\nblock_endpoints = ["/v1/acl"]\n',
  });
  expect(loaded.diagnostics.map(({ summary, remedy }) => [summary, remedy])).toEqual([
    ['Unknown key "server_join"', 'it belongs into a block: server { server_join … } or client { server_join … }'],
    ['Unknown key "prometheus_metrics"', 'it belongs into a block: telemetry { prometheus_metrics … }'],
    ['Unknown key "block_endpoints"', 'it belongs into a block: http_config { block_endpoints … }'],
  ]);
});

describe("an agent of Consul's may have some of the files for TLS", () => {
  const cases: { name: string; given: string; want: [string, string][] }[] = [
    {
      name: 'the authority alone',
      given: 'ca_file = "/ca"\nauto_encrypt { tls = false }',
      want: [['warning', 'The files for TLS are not used']],
    },
    {
      name: 'a certificate for its API',
      given: 'tls { defaults { cert_file = "/c", key_file = "/k" } }',
      want: [['warning', 'The files for TLS are not used']],
    },
    {
      name: 'but no certificate without key',
      given: 'cert_file = "/c"',
      want: [['error', 'A file for TLS is missing']],
    },
  ];
  test.each(cases)('$name', async ({ given, want }) => {
    const loaded = await load({ 'consul.hcl': `data_dir = "/d"\nserver = true\n${given}\n` });
    expect(loaded.diagnostics.map(({ severity, summary }) => [severity, summary])).toEqual(want);
  });

  test("in Nomad's form it is all or none", async () => {
    const loaded = await load({ 'nomad.hcl': 'data_dir = "/d"\nserver { enabled = true }\ntls { ca_file = "/ca" }' });
    expect(loaded.diagnostics.map(({ summary }) => summary)).toEqual(['A file for TLS is missing']);
  });
});

test('what is switched off is not worth a word', async () => {
  const loaded = await load({
    'consul.hcl': `data_dir = "/d"
server = true
auto_config { enabled = false }
auto_encrypt { allow_tls = false }
audit { enabled = false }
encrypt_verify_incoming = false
acl { enabled = false }
`,
    'nomad.hcl': 'enable_syslog = false\naudit { enabled = false }\nserver { enabled = true }\n',
  });
  expect(shown(loaded)).toBe('');
});
