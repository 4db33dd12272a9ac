import { expect, test } from 'vitest';
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
    "Error: Unknown key "region"
     --> agent.hcl:4:1
      |
    3 | bind_addr = "{{ GetInterfaceIp \`eth0\` }}"
    4 | region = "eu"
      | ^^^^^^

      There is no "region" in Consul's form.

      Remedy: "region" belongs to Nomad's form: put it in a file of its own

    Error: Unknown key "sever"
     --> agent.hcl:5:1
      |
    4 | region = "eu"
    5 | sever {
      | ^^^^^

      There is no "sever" in Consul's form.

      Remedy: did you mean "server"?

    Error: Unknown key "client"
     --> agent.hcl:8:1
      |
    7 | }
    8 | client {
      | ^^^^^^

      There is no "client" in Consul's form.

      Remedy: "client" belongs to Nomad's form: put it in a file of its own

    Error: ports.http is out of range
      --> agent.hcl:16:10
       |
    15 | ports {
    16 |   http = 70000
       |          ^^^^^

      It is 70000, and goes from -1 to 65535.

    Error: bind_addr is no address
     --> agent.hcl:3:13
      |
    2 | log_level = "loud"
    3 | bind_addr = "{{ GetInterfaceIp \`eth0\` }}"
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

      {{ GetInterfaceIp \`eth0\` }}: function "GetInterfaceIp" not defined.

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

    Warning: verify_incoming has no effect
     --> consul.hcl:4:1
      |
    3 | encrypt = "pUqJrVyVRj5jsiYEkM/tFQYfWyJIv4s3XkvDwy7Cu5s="
    4 | verify_incoming = true
      | ^^^^^^^^^^^^^^^

      Agents talk over TLS with certificates that they make for themselves.

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

test('a missing file', async () => {
  const { loadConfig } = await import('../../src/config/load.ts');
  const { anEnvironment, filesOf } = await import('./environment.ts');
  const loaded = await loadConfig({ paths: ['/etc/shoal.hcl'], env: anEnvironment(filesOf({})) });
  expect(shown(loaded)).toMatchInlineSnapshot(`
    "Error: Cannot read /etc/shoal.hcl

      There is no such file or folder.

      Remedy: check the path after -config

    Error: No data folder is given

      The agent keeps its state there.

      Remedy: set data_dir = "/var/lib/shoal" in a file, or start with -data-dir (with -dev it is not needed)

    Warning: The agent is no server and knows none

      It has nothing to get its work and its catalog from.

      Remedy: set retry_join, or make it a server
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
