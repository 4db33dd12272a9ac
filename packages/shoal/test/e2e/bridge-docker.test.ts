import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { IMAGE, startEngine, type TestEngine } from '../support/docker-host.ts';
import type { HostAgent } from '../support/hosts.ts';
import { until } from '../support/until.ts';

// Each container takes an engine half a second, and several on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 40_000);

const BRIDGE = `shoald${process.pid}`.slice(0, 15);

/** An agent beside a real engine, on a machine of its own. */
let engine: TestEngine;
let agent: HostAgent;

beforeAll(async () => {
  engine = await startEngine();
  agent = await engine.hosts.agent(
    engine.host,
    `server { enabled = true }
client {
  enabled               = true
  bridge_network_name   = "${BRIDGE}"
  bridge_network_subnet = "10.233.0.0/24"
}
plugin "docker" {
  config { endpoint = "${engine.endpoint}" }
}`,
    { mounts: 'shared' },
  );
  await agent.start();
});

afterAll(async () => {
  await engine?.dispose();
  for (const id of made) spawnSync('sh', ['-c', `umount /var/run/netns/${id}; rm -f /var/run/netns/${id}`]);
  await rm(join('/var/lib/cni/networks', BRIDGE), { recursive: true, force: true });
});

const made = new Set<string>();

const task = (name: string, driver: 'docker' | 'raw_exec', script: string, more = '', config = '') => `
  task "${name}" {
    driver       = "${driver}"
    kill_timeout = "1s"
    config {
      ${driver === 'docker' ? `image = "${IMAGE}"` : ''}
      command = "sh"
      args    = ["-c", ${JSON.stringify(script).replaceAll('${', '$${')}]
      ${config}
    }
    resources {
      cpu    = 50
      memory = 32
    }
    restart {
      attempts = 30
      delay    = "1s"
    }
    ${more}
  }`;
const job = (name: string, body: string, type = 'service') => `
job "${name}" {
  type        = "${type}"
  datacenters = ["dc1"]
  group "g" {
    ${body}
  }
}`;

async function allocationOf(name: string, fits: (allocation: Allocation) => boolean): Promise<Allocation> {
  const found = await patiently(`an allocation of ${name}`, async () => {
    const { value } = await agent.nomad.jobs.allocations(name);
    for (const { ID } of value) {
      const allocation = (await agent.nomad.allocations.read(ID)).value;
      if (allocation && fits(allocation)) return allocation;
    }
    return undefined;
  }).catch(async (error: Error) => {
    const { value } = await agent.nomad.jobs.allocations(name);
    const states = JSON.stringify(value.map(({ TaskStates }) => TaskStates));
    throw new Error(`${error.message}\n${states}\n${agent.log().slice(-3_000)}`);
  });
  made.add(found.ID);
  return found;
}
const isRunning = ({ ClientStatus }: Allocation) => ClientStatus === 'running';
const output = ({ ID }: Allocation, name: string) =>
  readFile(join(agent.dataDir, 'alloc', ID, `alloc/logs/${name}.stdout.0`), 'utf8');
const pageOf = async ({ AllocatedResources: { Shared } }: Allocation) => {
  const answer = await fetch(`http://${engine.address}:${Shared.Ports?.[0]?.Value}/`, {
    signal: AbortSignal.timeout(5_000),
  });
  return answer.text();
};

const WEB = `
  network {
    mode     = "bridge"
    hostname = "web-host"
    port "http" { to = 8000 }
  }
  service {
    name = "web"
    port = "http"
    check {
      type     = "tcp"
      interval = "1s"
      timeout  = "2s"
    }
  }
  ${task(
    'server',
    'docker',
    'mkdir -p /local/www; hostname > /local/www/index.html; exec httpd -f -p $NOMAD_PORT_http -h /local/www',
    '',
    'ports = ["http"]\n extra_hosts = ["oracle:192.0.2.7"]',
  )}`;

describe('containers in a group with a network of its own', () => {
  it('are reached by its mapped port, and share it with tasks of other drivers', async () => {
    const inside = 'until wget -qO- http://127.0.0.1:8000/; do sleep 0.2; done; exec sleep 1000';
    const beside = 'until busybox wget -qO- http://127.0.0.1:8000/; do sleep 0.2; done; exec sleep 1000';
    await agent.run(
      job('web', [WEB, task('container', 'docker', inside), task('process', 'raw_exec', beside)].join('\n')),
    );
    const allocation = await allocationOf('web', isRunning);
    expect(allocation.NetworkStatus?.Address).toMatch(/^10\.233\.0\.\d+$/);
    expect(await patiently('it answers', () => pageOf(allocation))).toBe('web-host\n');
    for (const name of ['container', 'process'])
      await patiently(`${name} has it`, async () => (await output(allocation, name)) === 'web-host\n');
  });

  it('find services by name and port, through the agent on the bridge', async () => {
    const script = [
      'cat /etc/resolv.conf /etc/hosts',
      'set -- $(nslookup -type=srv web.service.consul | sed -n "s/.*service = [0-9]* [0-9]* \\([0-9]*\\) \\(.*\\)/\\1 \\2/p")',
      'wget -qO- http://$2:$1/',
    ].join('; ');
    const config = 'extra_hosts = ["oracle:192.0.2.7"]\n dns_options = ["timeout:3"]';
    await agent.run(
      job('seeker', `network { mode = "bridge" }\n${task('seek', 'docker', script, '', config)}`, 'batch'),
    );
    const seeker = await allocationOf('seeker', ({ ClientStatus }) => ClientStatus === 'complete');
    const printed = await output(seeker, 'seek');
    expect(printed).toMatch(/^nameserver 10\.233\.0\.1\n/m);
    expect(printed).toContain('options timeout:3\n');
    expect(printed).toContain('192.0.2.7 oracle\n');
    expect(printed).toMatch(/web-host\n$/);
  });

  it('go on in it through kill -9 of the agent, and are started again in it after a restart of the engine', async () => {
    const before = await allocationOf('web', isRunning);
    const ids = async () => (await engine.containersOf(before.ID)).map(({ Id }) => Id).sort();
    const containers = await ids();
    await agent.end('SIGKILL');
    await agent.start();
    expect(await pageOf(before)).toBe('web-host\n');
    expect(await ids()).toEqual(containers);

    await engine.stop();
    await engine.start();
    expect(await patiently('it answers again', () => pageOf(before))).toBe('web-host\n');
    const after = await allocationOf('web', isRunning);
    expect(after.ID).toBe(before.ID);
    expect(after.NetworkStatus).toEqual(before.NetworkStatus);
  });

  it('leave nothing', async () => {
    const { ID } = await allocationOf('web', isRunning);
    await agent.command('job', 'stop', '-yes', 'web');
    await patiently('no container is left', async () => (await engine.containersOf(ID)).length === 0);
    await patiently('no network is left', () => !existsSync(`/var/run/netns/${ID}`));
    const namespace = engine.hosts.network.command(engine.host, [])[3];
    await patiently('no rule is left', () => {
      const { stdout } = spawnSync('nsenter', [`--net=/run/netns/${namespace}`, 'iptables-save'], { encoding: 'utf8' });
      return !stdout.includes('10.233.0.');
    });
  });
});
