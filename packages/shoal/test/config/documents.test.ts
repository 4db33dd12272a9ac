import { describe, expect, test } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { loadConfig } from '../../src/config/load.ts';
import { anEnvironment, fixtureFiles, shown } from './environment.ts';

/** The users' own files, as they stand: what each comes to, and every word that is said about it. */
async function outcome(...paths: string[]): Promise<string> {
  const loaded = await loadConfig({ paths, env: anEnvironment(fixtureFiles) });
  const summary = loaded.config === undefined ? [] : describeConfig(loaded.config, loaded.dialects);
  return `${summary.map(([heading, value]) => `${heading}: ${value}`).join('\n')}\n\n${shown(loaded)}`;
}

describe("the documents' configurations", () => {
  test('blog: server, Consul alone', async () => {
    expect(await outcome('blog-server/consul.hcl')).toMatchInlineSnapshot(`
      "Node: server-us-central-1 (datacenter us-central, region global)
      Roles: server (of 1)
      Data: /var/lib/consul
      Nomad API: 127.0.0.1:4646
      Consul API: 127.0.0.1:8500
      DNS: 127.0.0.1:8600 for consul
      Agents: 95.217.186.98:4647, advertised as 95.217.186.98:4647
      raw_exec: off
      Files: blog-server/consul.hcl (Consul's form)

      "
    `);
  });
  test('blog: server, Nomad alone', async () => {
    expect(await outcome('blog-server/nomad.hcl')).toMatchInlineSnapshot(`
      "Node: harpsichord (datacenter us-central, region us)
      Roles: server (of 1)
      Data: /var/lib/nomad
      Nomad API: 127.0.0.1:4646
      Consul API: 127.0.0.1:8500
      DNS: 127.0.0.1:8600 for consul
      Agents: 0.0.0.0:4647, advertised as 172.16.230.100:4647
      raw_exec: off
      Files: blog-server/nomad.hcl (Nomad's form)

      "
    `);
  });
  test('blog: server, both and the watch', async () => {
    expect(await outcome('blog-server')).toMatchInlineSnapshot(`
      "Node: server-us-central-1 (datacenter us-central, region us)
      Roles: server (of 1)
      Data: /var/lib/nomad
      Nomad API: 127.0.0.1:4646
      Consul API: 127.0.0.1:8500
      DNS: 127.0.0.1:8600 for consul
      Agents: 95.217.186.98:4647, advertised as 95.217.186.98:4647
      raw_exec: off
      Watches: 1
      Files: blog-server/consul.hcl (Consul's form), blog-server/nomad.hcl (Nomad's form), blog-server/watches.hcl (Consul's form)

      Warning: data_dir is not used
       --> blog-server/consul.hcl:4:12
        |
      3 | node_name = "server-us-central-1"
      4 | data_dir = "/var/lib/consul"
        |            ^^^^^^^^^^^^^^^^^

        The agent has one data_dir, and blog-server/nomad.hcl says "/var/lib/nomad" in Nomad's form.

        Remedy: remove it here, or write "/var/lib/nomad"
      "
    `);
  });
  test('blog: client, both', async () => {
    expect(await outcome('blog-client/consul.hcl', 'blog-client/nomad.hcl')).toMatchInlineSnapshot(`
      "Node: client-us-central-1 (datacenter us-central, region us)
      Roles: client
      Data: /var/lib/nomad
      Nomad API: 127.0.0.1:4646
      Consul API: 127.0.0.1:8500
      DNS: 127.0.0.1:8600 for consul
      Agents: 95.217.186.98:4647, advertised as 95.217.186.98:4647
      Joins: ...
      raw_exec: off
      Files: blog-client/consul.hcl (Consul's form), blog-client/nomad.hcl (Nomad's form)

      Warning: data_dir is not used
       --> blog-client/consul.hcl:4:12
        |
      3 | node_name = "client-us-central-1"
      4 | data_dir = "/var/lib/consul"
        |            ^^^^^^^^^^^^^^^^^

        The agent has one data_dir, and blog-client/nomad.hcl says "/var/lib/nomad" in Nomad's form.

        Remedy: remove it here, or write "/var/lib/nomad"
      "
    `);
  });
  test('mesh: Consul server in JSON', async () => {
    expect(await outcome('hybrid-mesh/server.json')).toMatchInlineSnapshot(`
      "Node: consul-server-0 (datacenter dc1, region global)
      Roles: server (of 3)
      Data: /var/consul/config
      Nomad API: 127.0.0.1:4646
      Consul API: 0.0.0.0:8500
      DNS: 0.0.0.0:8600 for consul
      Agents: 172.16.230.100:4647, advertised as 172.16.230.100:4647
      Joins: provider=gce project_name=mesh tag_value=consul-server
      raw_exec: off
      Files: hybrid-mesh/server.json (Consul's form)

      Warning: enable_syslog has no effect
        --> hybrid-mesh/server.json:13:3
         |
      12 |   "log_level": "DEBUG",
      13 |   "enable_syslog": true,
         |   ^^^^^^^^^^^^^^^

        Logs go to the standard output, for the journal or a collector.
      "
    `);
  });
  test('mesh: Nomad client with an old option', async () => {
    expect(await outcome('hybrid-mesh/client.hcl')).toMatchInlineSnapshot(`
      "Node: nomad-client-0 (datacenter dc1, region global)
      Roles: client
      Data: /etc/nomad.d
      Nomad API: 0.0.0.0:4646
      Consul API: 127.0.0.1:8500
      DNS: 127.0.0.1:8600 for consul
      Agents: 0.0.0.0:4647, advertised as 172.16.230.100:4647
      raw_exec: allowed
      Files: hybrid-mesh/client.hcl (Nomad's form)

      Warning: The client knows no server

        It has nothing to get its work and its catalog from.

        Remedy: name servers to join (retry_join, or servers in the client block), or make it a server
      "
    `);
  });
  test('rented machines: Consul, gRPC, Nomad, volumes', async () => {
    expect(await outcome('rented')).toMatchInlineSnapshot(`
      "Node: harpsichord (datacenter dc1, region global)
      Roles: server (of 3), client
      Data: /opt/nomad/data
      Nomad API: 0.0.0.0:4646
      Consul API: 0.0.0.0:8500
      DNS: 0.0.0.0:8600 for consul
      Agents: 0.0.0.0:4647, advertised as 10.33.0.2:4647
      Joins: 10.33.0.2, 10.33.0.3, 10.33.0.4
      raw_exec: off
      Files: rented/consul.hcl (Consul's form), rented/grpc.hcl (Consul's form), rented/nomad.hcl (Nomad's form), rented/volumes.hcl (Nomad's form)

      Warning: ports.grpc has no effect
       --> rented/grpc.hcl:4:3
        |
      3 | ports {
      4 |   grpc = 8502
        |   ^^^^

        There is no gRPC interface (it serves Envoy proxies only).

      Warning: Unknown key "ports.grpc_tlc"
       --> rented/grpc.hcl:5:3
        |
      4 |   grpc = 8502
      5 |   grpc_tlc = 8503
        |   ^^^^^^^^

        It is probably "grpc_tls", which has no effect here. There is no gRPC interface (it serves Envoy proxies only).

        Remedy: write "grpc_tls", or remove it

      Warning: connect has no effect
       --> rented/grpc.hcl:8:1
        |
      8 | connect {
        | ^^^^^^^

        The service mesh (Connect) is not there: services are reached by DNS or the edge.

      Warning: data_dir is not used
       --> rented/consul.hcl:1:15
        |
      1 | data_dir    = "/opt/consul"
        |               ^^^^^^^^^^^^^

        The agent has one data_dir, and rented/nomad.hcl says "/opt/nomad/data" in Nomad's form.

        Remedy: remove it here, or write "/opt/nomad/data"
      "
    `);
  });
  test('raspberry pis: server', async () => {
    expect(await outcome('pis/server.hcl')).toMatchInlineSnapshot(`
      "Node: harpsichord (datacenter dc1, region global)
      Roles: server (of 3)
      Data: /srv/consul
      Nomad API: 127.0.0.1:4646
      Consul API: 127.0.0.1:8500, 172.17.0.1:8500
      DNS: 127.0.0.1:8600, 172.17.0.1:8600 for mooncarrot.space
      Agents: 172.16.230.100:4647, advertised as 172.16.230.100:4647
      Joins: bobsrockets, seanssatellites, tillystelescopes
      raw_exec: off
      Files: pis/server.hcl (Consul's form)

      "
    `);
  });
  test('raspberry pis: client', async () => {
    expect(await outcome('pis/client.hcl')).toMatchInlineSnapshot(`
      "Node: harpsichord (datacenter dc1, region global)
      Roles: none: catalog and DNS of the servers it joins
      Data: /srv/consul
      Nomad API: 127.0.0.1:4646
      Consul API: 127.0.0.1:8500, 172.17.0.1:8500
      DNS: 127.0.0.1:8600, 172.17.0.1:8600 for mooncarrot.space
      Agents: 172.16.230.100:4647, advertised as 172.16.230.100:4647
      Joins: wopplefox, spatterling, sycadil
      raw_exec: off
      Files: pis/client.hcl (Consul's form)

      "
    `);
  });
});

test('the watch of the blog is understood', async () => {
  const { config } = await loadConfig({ paths: ['blog-server'], env: anEnvironment(fixtureFiles) });
  expect(config?.watches).toEqual([
    {
      type: 'service',
      parameters: { service: 'damienradtkecom-server', passingonly: true },
      handler: { type: 'args', args: ['/usr/local/bin/balance.rb', 'damienradtkecom', '80'] },
      datacenter: undefined,
      token: undefined,
    },
  ]);
});

test("the rented machines' volume is kept", async () => {
  const { config } = await loadConfig({ paths: ['rented'], env: anEnvironment(fixtureFiles) });
  expect(config?.client.hostVolumes).toEqual({ 'crate-config': { path: '/opt/crate/config', readOnly: false } });
});
