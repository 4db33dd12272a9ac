import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { until } from '../support/until.ts';
import { addressesOf, clientOf, echoJob, nodesReady, runningAllocs, startServer } from './cluster-config.ts';

/** What becomes of work and names when the network is cut. In order: each step goes on from the one before. */

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
let beta: HostAgent;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha', 'beta']);
  const started = await startServer(hosts);
  server = started.server;
  alpha = await hosts.agent('alpha', clientOf(server.address));
  beta = await hosts.agent('beta', clientOf(server.address));
  const env = { SHOAL_JOIN_TOKEN: started.token };
  await Promise.all([alpha.start(env), beta.start(env)]);
  await nodesReady(server, ['alpha', 'beta']);
  await server.run(echoJob(2));
  await until('one runs on each', async () => (await hostsOf()).join() === 'alpha,beta');
  await until('both are named', async () => (await addressesOf(beta, NAME)).length === 2);
});

afterAll(() => hosts?.dispose());

const NAME = 'echo.service.consul';
const HEALTH = '/v1/health/service/echo?passing';
/** Serf's number. */
const FAILED = 4;

/** As an answer says that was asked for often enough to be kept. */
async function knowsLeader(agent: HostAgent): Promise<string | null> {
  const answers = [await agent.get(HEALTH), await agent.get(HEALTH), await agent.get(HEALTH), await agent.get(HEALTH)];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const told = new Set(answers.map(({ headers }) => headers.get('x-consul-knownleader')));
  expect(told.size).toBe(1);
  return [...told][0] ?? null;
}

describe('a client that is cut off', { timeout: 60_000 }, () => {
  test('is down after its term; its work is placed on the other, and names follow', async () => {
    expect(await knowsLeader(alpha)).toBe('true');
    hosts.cut('alpha');
    await until('alpha is down', async () => (await statusOf('alpha')) === 'down');
    await until('names leave it', async () => !(await addressesOf(beta, NAME)).includes(alpha.address));
    await until('both run on beta', async () => (await hostsOf()).join() === 'beta,beta');
    await until('both are named there', async () => (await instancesAt(beta)).length === 2);
    const lost = (await server.nomad.jobs.allocations('echo')).value.filter(
      ({ ClientStatus }) => ClientStatus === 'lost',
    );
    expect(lost.map(({ NodeName }) => NodeName)).toEqual(['alpha']);
    expect(await statusOf('beta')).toBe('ready');
  });

  test('goes on meanwhile: its task runs, and it tells the names that it knows, also of what changes there', async () => {
    await until('it knows', () => alpha.log().includes('no server answers'));
    expect(tasksOn('alpha')).toBe(1);
    expect(await addressesOf(alpha, NAME)).toEqual([alpha.address, beta.address].sort());
    expect(await knowsLeader(alpha)).toBe('false');
    const control = hosts.network.host('alpha').control;
    const body = JSON.stringify({ Name: 'island', Port: 7 });
    await fetch(`http://${control}:8500/v1/agent/service/register`, { method: 'PUT', body });
    expect(await addressesOf(alpha, 'island.service.consul')).toEqual([alpha.address]);
    const [own] = (await server.nomad.jobs.allocations('echo')).value.filter(({ NodeName }) => NodeName === 'alpha');
    expect((await alpha.nomad.files.list(own?.ID ?? '', '/')).map(({ Name }) => Name).sort()).toEqual([
      'alloc',
      'echo',
    ]);
    const passedOn = await alpha.get('/v1/kv/x');
    expect([passedOn.status, await passedOn.text()]).toEqual([500, expect.stringContaining('No answer from server')]);
    expect((await alpha.consul.members()).find((member) => member.Name === 'server')?.Status).toBe(FAILED);
  });

  test('stops what is not wanted there any more when it is back, and tells what it has', async () => {
    hosts.join('alpha');
    await until('alpha is ready', async () => (await statusOf('alpha')) === 'ready');
    await until('the old task has ended', () => tasksOn('alpha') === 0);
    await until('names are right again', async () => (await addressesOf(alpha, NAME)).join() === beta.address);
    await until('its island is known', async () => (await addressesOf(beta, 'island.service.consul')).length === 1);
    expect(tasksOn('beta')).toBe(2);
    expect(await knowsLeader(alpha)).toBe('true');
  });
});

describe('a server that is cut off', { timeout: 90_000 }, () => {
  test('takes nobody for gone; tasks, checks and names go on; nothing is restarted when it is back', async () => {
    await server.run(echoJob(3, 'more'));
    await until('they run', async () => (await runningAllocs(server, 'more')).length === 3);
    await until('they are named', async () => (await addressesOf(alpha, 'more.service.consul')).length > 0);
    const before = await picture();
    const complaints = complaintsOf(alpha, beta);
    hosts.cut('server');
    await until('the server says what it thinks', () => server.log().includes('this server that is cut off'), 20_000);
    await until('both clients say so', () => allExceed(complaintsOf(alpha, beta), complaints), 20_000);
    for (const agent of [alpha, beta])
      expect((await addressesOf(agent, 'more.service.consul')).length).toBeGreaterThan(0);
    const check = await alpha.get('/v1/agent/checks');
    expect(
      Object.values((await check.json()) as Record<string, { Status: string }>).map(({ Status }) => Status),
    ).not.toContain('critical');
    expect(await picture()).toEqual(before);

    hosts.join('server');
    await nodesReady(server, ['alpha', 'beta']);
    await until('agents are heard', async () => {
      const members = await server.consul.members();
      return members.length === 3 && members.every(({ Status }) => Status === 1);
    });
    await until('a key can be written through a client', () => alpha.consul.kv.put('back', Buffer.from('x')));
    await until('and read through the other', async () => (await beta.consul.kv.get('back')) !== undefined);
    expect(await picture()).toEqual(before);
    expect([await statusOf('alpha'), await statusOf('beta')]).toEqual(['ready', 'ready']);
  });

  test('that ends instead is waited for, and its return restarts nothing', async () => {
    const before = await picture();
    const complaints = complaintsOf(alpha, beta);
    await server.end('SIGKILL');
    await until('both clients say so', () => allExceed(complaintsOf(alpha, beta), complaints), 20_000);
    expect((await addressesOf(beta, 'more.service.consul')).length).toBeGreaterThan(0);
    await server.start();
    await nodesReady(server, ['alpha', 'beta']);
    await until('a key can be read through a client', async () => (await beta.consul.kv.get('back')) !== undefined);
    expect(await picture()).toEqual(before);
  });
});

/** How often each has said that it has lost its servers, since it started. */
function complaintsOf(...agents: HostAgent[]): number[] {
  return agents.map((agent) => agent.log().split('no server answers (').length - 1);
}

function allExceed(counts: number[], before: number[]): boolean {
  return counts.every((count, index) => count > (before[index] ?? 0));
}

async function statusOf(node: string): Promise<string | undefined> {
  return (await server.nomad.nodes.list()).value.find(({ Name }) => Name === node)?.Status;
}

async function hostsOf(job = 'echo'): Promise<string[]> {
  return (await runningAllocs(server, job)).map(({ NodeName }) => NodeName).sort();
}

async function instancesAt(agent: HostAgent): Promise<unknown[]> {
  const entries = (await (await agent.get('/v1/health/service/echo?passing')).json()) as {
    Node: { Address: string };
  }[];
  return entries.filter(({ Node }) => Node.Address === agent.address);
}

/** Processes of the job's task on that host. */
function tasksOn(host: string): number {
  return hosts.tasks(host, 'echo').length;
}

/** Every task with its process: a restart would change it. */
async function picture(): Promise<string[]> {
  return ['alpha', 'beta'].flatMap((host) =>
    ['echo', 'more'].flatMap((job) => hosts.tasks(host, job).map((pid) => `${host} ${job} ${pid}`)),
  );
}
