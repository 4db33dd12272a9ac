import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { clientOf, nodesReady, PATIENT_SERVER, runningAllocs, startServer } from './cluster-config.ts';

/** kill -9 of the server in the middle of deployments that go wrong: the next one goes on with them, and takes them back. */

let hosts: Hosts;
let server: HostAgent;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha']);
  const started = await startServer(hosts, 'server', PATIENT_SERVER);
  server = started.server;
  const alpha = await hosts.agent('alpha', clientOf(server.address));
  await alpha.start({ SHOAL_JOIN_TOKEN: started.token });
  await nodesReady(server, ['alpha']);
});

afterAll(() => hosts?.dispose());

const serving =
  "require('http').createServer((q, s) => s.end('ok')).listen(process.env.NOMAD_PORT_http, process.env.NOMAD_IP_http)";
const nodeTask = (script: string) => ({ command: process.execPath, args: ['-e', script] });

/** Two of it, one replaced at a time. */
function job(name: string, { command, args }: { command: string; args: string[] }, update: string): string {
  return `job "${name}" {
  datacenters = ["dc1"]
  update {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "100ms"
    auto_revert      = true
    ${update}
  }
  group "g" {
    count = 2
    network {
      port "http" {}
    }
    restart {
      attempts = 100
      interval = "1h"
      delay    = "200ms"
    }
    service {
      name = "${name}"
      port = "http"
      check {
        type     = "http"
        path     = "/"
        interval = "1s"
        timeout  = "1s"
      }
    }
    task "t" {
      driver = "raw_exec"
      config {
        command = ${JSON.stringify(command)}
        args    = ${JSON.stringify(args)}
      }
      resources {
        cpu    = 20
        memory = 32
      }
    }
  }
}`;
}

describe('a server that is killed in the middle of a deployment', { timeout: 90_000 }, () => {
  const deployments = [
    {
      name: 'checks',
      what: 'whose new version fails its checks',
      bad: nodeTask('setInterval(() => 0, 1000)'),
      update: 'healthy_deadline = "8s"\n    progress_deadline = "0s"',
      why: 'Failed due to unhealthy allocations - rolling back to job version 0',
    },
    {
      name: 'starts',
      what: 'whose new version never starts',
      bad: { command: '/nowhere/program', args: [] },
      update: 'healthy_deadline = "8s"\n    progress_deadline = "10s"',
      why: 'Failed due to progress deadline - rolling back to job version 0',
    },
  ];
  test.each(deployments)('$what, goes on with it when it is back, and reverts', async ({ name, bad, update, why }) => {
    await server.run(job(name, nodeTask(serving), update));
    await until('the first version is deployed', async () => (await deploymentOf(name, 0))?.Status === 'successful');
    const before = hosts.tasks('alpha', name);
    await server.run(job(name, bad, update));
    await until('one is replaced', async () => {
      const allocs = (await server.nomad.jobs.allocations(name)).value;
      return allocs.some(({ JobVersion, TaskStates }) => JobVersion === 1 && TaskStates?.['t']);
    });
    expect((await deploymentOf(name, 1))?.Status).toBe('running');
    await server.end('SIGKILL');
    await server.start();

    const failed = await until(
      'it has failed',
      async () => {
        const found = await deploymentOf(name, 1);
        return found?.Status !== 'running' && found;
      },
      30_000,
    );
    expect([failed.Status, failed.StatusDescription]).toEqual(['failed', why]);
    await until('the former version is deployed', async () => (await deploymentOf(name, 2))?.Status === 'successful');
    const running = await runningAllocs(server, name);
    expect(running.map(({ JobVersion }) => JobVersion)).toEqual([2, 2]);
    const left = await until(
      'only these run',
      () => hosts.tasks('alpha', name).length === 2 && hosts.tasks('alpha', name),
    );
    // One of the two was never touched.
    expect(left.filter((pid) => before.includes(pid))).toHaveLength(1);
  });
});

async function deploymentOf(name: string, version: number) {
  const { value } = await server.nomad.jobs.deployments(name);
  return value.find(({ JobVersion }) => JobVersion === version);
}
