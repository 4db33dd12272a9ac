import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { addressesOf, clientOf, nodesReady, startServer } from './cluster-config.ts';

/** Names on a host whose agent is no server: where they come from, and that its tasks find them. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
let resolverFolder: string;

const NAME = 'web.service.consul';

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha']);
  const started = await startServer(hosts);
  server = started.server;
  // What the host's /etc/resolv.conf says: its agent, on port 53 (see ip-netns(8)).
  resolverFolder = join('/etc/netns', hosts.network.command('alpha', [])[3] ?? 'none');
  await mkdir(resolverFolder, { recursive: true });
  await writeFile(join(resolverFolder, 'resolv.conf'), 'nameserver 127.0.0.1\n');
  alpha = await hosts.agent('alpha', `${clientOf(server.address)}\ndns {\n ports = [53]\n}`);
  await alpha.start({ SHOAL_JOIN_TOKEN: started.token });
  await nodesReady(server, ['alpha']);
  const body = JSON.stringify({ Node: 'elsewhere', Address: '192.0.2.1', Service: { Service: 'web', Port: 80 } });
  const answer = await fetch(`http://${hosts.network.host('server').control}:8500/v1/catalog/register`, {
    method: 'PUT',
    body,
  });
  expect(answer.status).toBe(200);
  await until('the host knows the service', async () => (await addressesOf(alpha, NAME)).length === 1, 30_000);
}, 90_000);

afterAll(async () => {
  await hosts?.dispose();
  if (resolverFolder) await rm(resolverFolder, { recursive: true, force: true });
});

test('a thousand questions that it can answer send nothing over the network', { timeout: 60_000 }, async () => {
  const before = packetsSent();
  const startedAt = performance.now();
  for (let at = 0; at < 250; at += 1) {
    const types = ['A', 'SRV', 'TXT', 'NS'];
    await Promise.all(types.map((type) => alpha.dns({ name: type === 'NS' ? 'consul' : NAME, type })));
  }
  const seconds = (performance.now() - startedAt) / 1000;
  // Heartbeats and the like go on; a question that leaves the host is at least one packet of its own.
  expect(packetsSent() - before).toBeLessThan(100 + 20 * seconds);
});

test('its tasks find names of the cluster as any program of the host does', { timeout: 60_000 }, async () => {
  await server.run(`job "asker" {
  datacenters = ["dc1"]
  type        = "batch"
  group "asker" {
    task "asker" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "getent hosts ${NAME} > $NOMAD_ALLOC_DIR/found; echo $AT >> $NOMAD_ALLOC_DIR/found"]
      }
      env {
        AT = "\${attr.consul.dns.addr}:\${attr.consul.dns.port}"
      }
    }
  }
}`);
  const ran = async () => {
    const { value } = await server.nomad.jobs.allocations('asker');
    return value[0]?.ClientStatus === 'complete' && value;
  };
  const [done] = await until('it ran', ran, 30_000);
  const found = await readFile(join(alpha.dataDir, 'alloc', done?.ID ?? '', 'alloc', 'found'), 'utf8');
  expect(found.trim().split(/\s+/)).toEqual(['192.0.2.1', NAME, `${alpha.address}:8600`]);
});

function packetsSent(): number {
  const [program = '', ...args] = hosts.network.command('alpha', ['cat', '/sys/class/net/eth0/statistics/tx_packets']);
  return Number(execFileSync(program, args, { encoding: 'utf8' }));
}
