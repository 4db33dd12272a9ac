import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';

// Two agents, and programs for each allocation.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 60_000);

const BRIDGE = `shoalh${process.pid}`.slice(0, 15);

let hosts: Hosts;
let server: HostAgent;
let client: HostAgent;

/** The same bridge on both, as on machines of their own. */
const config = (more: string) => `client {
  enabled               = true
  bridge_network_name   = "${BRIDGE}"
  bridge_network_subnet = "10.235.0.0/24"
}
${more}`;

beforeAll(async () => {
  hosts = await makeHosts(['one', 'two']);
  server = await hosts.agent('one', config('server { enabled = true }'), { mounts: 'shared' });
  await server.start();
  const { printed } = await server.command('server', 'token', '-ttl', '1h');
  client = await hosts.agent('two', config(`retry_join = ["${server.address}"]`), { mounts: 'shared' });
  await client.start({ SHOAL_JOIN_TOKEN: printed.trim() });
});

afterAll(async () => {
  const left = [server, client].flatMap((agent) => {
    const folder = join(agent?.dataDir ?? '', 'client/networks');
    return existsSync(folder) ? readdirSync(folder) : [];
  });
  await hosts?.dispose();
  for (const id of left) spawnSync('sh', ['-c', `umount /var/run/netns/${id}; rm -f /var/run/netns/${id}`]);
  await rm(join('/var/lib/cni/networks', BRIDGE), { recursive: true, force: true });
});

const task = (name: string, script: string) => `
  task "${name}" {
    driver       = "raw_exec"
    kill_timeout = "1s"
    config {
      command = "${process.execPath}"
      args    = ["-e", ${JSON.stringify(script)}]
    }
    resources {
      cpu    = 50
      memory = 64
    }
    restart {
      attempts = 20
      delay    = "1s"
    }
  }`;

const SERVER = 'require("http").createServer((_, answer) => answer.end("from one")).listen(8000)';
const SEEKER = `const dns = require("dns").promises;
  (async () => {
    const [{ name, port }] = await dns.resolveSrv("far.service.consul");
    const { address } = await dns.lookup(name);
    const answer = await fetch("http://" + address + ":" + port);
    console.log(await answer.text());
  })().catch((error) => { console.error(String(error)); process.exit(1); })`;

const on = (host: string) => `constraint {
  attribute = "\${node.unique.name}"
  value     = "${host}"
}`;

async function allocationOf(job: string, status: string): Promise<Allocation> {
  return patiently(`${job} is ${status}`, async () => {
    const { value } = await server.nomad.jobs.allocations(job);
    const found = value.find(({ ClientStatus }) => ClientStatus === status);
    return found && (await server.nomad.allocations.read(found.ID)).value;
  }).catch((error: Error) => {
    throw new Error(`${error.message}\n${server.log().slice(-2_000)}\n${client.log().slice(-2_000)}`);
  });
}

it('a task in a bridge finds and reaches one in a bridge of another machine', async () => {
  await server.run(`job "far" {
  datacenters = ["*"]
  ${on('one')}
  group "g" {
    network {
      mode = "bridge"
      port "http" { to = 8000 }
    }
    service {
      name = "far"
      port = "http"
      check {
        type     = "http"
        path     = "/"
        interval = "1s"
        timeout  = "2s"
      }
    }
    ${task('server', SERVER)}
  }
}`);
  await server.run(`job "near" {
  type        = "batch"
  datacenters = ["*"]
  ${on('two')}
  group "g" {
    network { mode = "bridge" }
    ${task('seek', SEEKER)}
  }
}`);
  const near = await allocationOf('near', 'complete');
  expect(near.NodeName).toBe('two');
  expect(await readFile(join(client.dataDir, 'alloc', near.ID, 'alloc/logs/seek.stdout.0'), 'utf8')).toBe('from one\n');
});
