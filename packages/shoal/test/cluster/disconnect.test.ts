import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { clientOf, nodesReady, startServer } from './cluster-config.ts';

/** What `disconnect` does for work whose host is cut off. In order: each step goes on from the one before. */

let hosts: Hosts;
let server: HostAgent;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha', 'beta']);
  const started = await startServer(hosts);
  server = started.server;
  const agents = await Promise.all(['alpha', 'beta'].map((name) => hosts.agent(name, clientOf(server.address))));
  await Promise.all(agents.map((agent) => agent.start({ SHOAL_JOIN_TOKEN: started.token })));
  await nodesReady(server, ['alpha', 'beta']);
});

afterAll(() => hosts?.dispose());

/** One task, which is on alpha while alpha can be had. */
const job = (name: string, disconnect: string) => `job "${name}" {
  datacenters = ["dc1"]
  group "${name}" {
    affinity {
      attribute = "\${node.unique.name}"
      value     = "alpha"
      weight    = 100
    }
    disconnect {
      ${disconnect}
    }
    task "${name}" {
      driver = "raw_exec"
      config {
        command = "/bin/sleep"
        args    = ["600"]
      }
      resources {
        cpu    = 20
        memory = 16
      }
    }
  }
}`;

async function running(name: string): Promise<string[]> {
  const { value } = await server.nomad.jobs.allocations(name);
  return value.filter((each) => each.ClientStatus === 'running').map((each) => each.NodeName);
}

async function onAlpha(name: string) {
  const { value } = await server.nomad.jobs.allocations(name);
  return value.find(({ NodeName }) => NodeName === 'alpha');
}

async function alphaIs(status: string): Promise<boolean> {
  return (await server.nomad.nodes.list()).value.some((node) => node.Name === 'alpha' && node.Status === status);
}

const printed = async (...words: string[]) => (await server.command(...words)).printed;

test('work is unknown while its host is cut off, and the original goes on when it is back', {
  timeout: 90_000,
}, async () => {
  await server.run(job('original', 'lost_after = "10m"\n reconcile = "keep_original"'));
  await server.run(job('replacement', 'lost_after = "10m"\n reconcile = "keep_replacement"'));
  await server.run(job('alone', 'lost_after = "10m"\n replace = false'));
  for (const name of ['original', 'replacement', 'alone'])
    await until(`${name} runs on alpha`, async () => (await running(name)).join() === 'alpha');
  const [kept] = hosts.tasks('alpha', 'original');
  const [alone] = hosts.tasks('alpha', 'alone');

  hosts.cut('alpha');
  await until('alpha is disconnected', () => alphaIs('disconnected'));
  for (const name of ['original', 'replacement'])
    await until(`${name} runs on beta`, async () => (await running(name)).join() === 'beta');
  await until('the third is unknown', async () => (await onAlpha('alone'))?.ClientStatus === 'unknown');
  expect(await running('alone')).toEqual([]);
  const id = (await onAlpha('original'))?.ID ?? '';
  expect(await printed('alloc', 'status', id)).toMatch(/Client Status\s+= unknown/);
  expect(await printed('node', 'status')).toMatch(/alpha .* disconnected/);
  expect(await printed('job', 'status', 'alone')).toMatch(/Unknown[\s\S]*alone +0 +0 +0 +0 +0 +0 +1/);

  hosts.join('alpha');
  await until('alpha is ready', () => alphaIs('ready'));
  await until('the original is kept', async () => (await running('original')).join() === 'alpha');
  await until('the replacement is kept', async () => (await running('replacement')).join() === 'beta');
  await until('the third goes on', async () => (await running('alone')).join() === 'alpha');
  await until('what is not kept has ended', () => hosts.tasks('alpha', 'replacement').length === 0);
  expect([hosts.tasks('alpha', 'original'), hosts.tasks('alpha', 'alone')]).toEqual([[kept], [alone]]);
  for (const name of ['original', 'replacement', 'alone'])
    expect(await server.command('job', 'stop', '-purge', name)).toMatchObject({ code: 0 });
});

test('work is lost when its host stays away for too long', { timeout: 60_000 }, async () => {
  await server.run(job('short', 'lost_after = "3s"'));
  await until('it runs on alpha', async () => (await running('short')).join() === 'alpha');
  hosts.cut('alpha');
  await until('it is unknown', async () => (await onAlpha('short'))?.ClientStatus === 'unknown');
  await until('it is lost', async () => (await onAlpha('short'))?.ClientStatus === 'lost');
  await until('alpha is down', () => alphaIs('down'));
  expect(await running('short')).toEqual(['beta']);
  hosts.join('alpha');
  await until('its task ends', () => hosts.tasks('alpha', 'short').length === 0);
});

test('work that its client stops is not started elsewhere before', { timeout: 60_000 }, async () => {
  await until('alpha is ready', () => alphaIs('ready'));
  await server.run(job('exclusive', 'stop_on_client_after = "6s"'));
  await until('it runs on alpha', async () => (await running('exclusive')).join() === 'alpha');
  hosts.cut('alpha');
  await until('it is lost', async () => (await onAlpha('exclusive'))?.ClientStatus === 'lost');
  expect(hosts.tasks('beta', 'exclusive')).toEqual([]);
  await until('it runs on beta', async () => (await running('exclusive')).join() === 'beta', 30_000);
  expect(hosts.tasks('alpha', 'exclusive')).toEqual([]);
});
