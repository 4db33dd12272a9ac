import type { Allocation } from '@shoal/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { askDns } from '../support/dns-client.ts';
import { type Artifacts, EXAMPLE, exampleArtifacts, exampleJob } from '../support/example.ts';
import { jobFile, readAlloc, readLogs, taskState } from '../support/jobs.ts';
import { keepAsking, type Load } from '../support/load.ts';
import { isAlive, processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';

/** A user's first hour, in order, with one agent. Each step goes on from what the one before it left. */

let agent: TestAgent;
let artifacts: Artifacts;
let load: Load | undefined;
const node = 'first-light';

beforeAll(async () => {
  artifacts = await exampleArtifacts();
  agent = await prepareAgent({
    configs: [`${EXAMPLE}agent.hcl`],
    config: `name = "${node}"\nleave_on_terminate = false`,
  });
  await agent.start();
});

afterAll(async () => {
  await load?.stop();
  await agent?.dispose();
  artifacts?.close();
});

describe('a service that is deployed', { timeout: 60_000 }, () => {
  test('is a page with two halves, balanced over all instances', async () => {
    await deploy('backserve');
    await deploy('frontserve');
    await healthy('backserve', 3);
    await healthy('frontserve', 2);
    await until('the edge serves the page', async () => (await fetch(agent.edgeUrl)).ok);

    const [fronts, backs] = [new Set<string>(), new Set<string>()];
    await until('every instance has served', async () => {
      for (const { front, back } of await Promise.all(Array.from({ length: 20 }, () => halves()))) {
        fronts.add(front.allocation);
        backs.add(back.allocation);
      }
      return fronts.size >= 2 && backs.size >= 3;
    });
    expect(fronts).toEqual(new Set(await runningIds('frontserve')));
    expect(backs).toEqual(new Set(await runningIds('backserve')));

    const html = await (await fetch(agent.edgeUrl)).text();
    expect(html).toMatch(/frontserve [01]: the page[\s\S]*backserve [012]: the data/);
    expect(html).toContain(`<dd>${node}</dd>`);
  });

  test('is found in DNS, by address, port, tag-less RFC 2782 name and node', async () => {
    const ports = await portsOf('backserve');
    for (const name of ['backserve.service.consul', 'backserve.service.dc1.consul'])
      expect((await dns(name, 'A')).answer).toEqual([{ name: `${name}.`, type: 'A', ttl: 0, data: '127.0.0.1' }]);
    for (const name of ['backserve.service.consul', '_backserve._tcp.service.consul']) {
      const { answer, additional } = await dns(name, 'SRV');
      expect(answer.map(({ data }) => Number(String(data).split(' ')[2])).sort()).toEqual(ports);
      expect(new Set(additional.filter(({ type }) => type === 'A').map(({ data }) => data))).toEqual(
        new Set(['127.0.0.1']),
      );
    }
    const [{ Address = '' } = {}] = await consul<{ Address?: string }[]>('/v1/catalog/nodes');
    const family = Address.includes(':') ? 'AAAA' : 'A';
    expect((await dns(`${node}.node.consul`, family)).answer).toHaveLength(1);
    expect((await dns('nothing.service.consul', 'A')).rcode).toBe('NXDOMAIN');
  });

  test('is in the catalog, with checks that pass', async () => {
    const services = await consul<Record<string, string[]>>('/v1/catalog/services');
    expect(Object.keys(services).sort()).toEqual(['backserve', 'consul', 'frontserve', 'nomad', 'nomad-client']);
    const entries = await consul<{ Service: { Port: number }; Checks: { Status: string }[] }[]>(
      '/v1/health/service/backserve?passing',
    );
    expect(entries.map(({ Service }) => Service.Port).sort()).toEqual(await portsOf('backserve'));
    expect(entries.flatMap(({ Checks }) => Checks.map(({ Status }) => Status))).not.toContain('critical');
    expect(await consul('/v1/health/state/critical')).toEqual([]);
    const registered = Object.values(await consul<Record<string, { Service: string }>>('/v1/agent/services'));
    expect(registered.filter(({ Service }) => /serve$/.test(Service))).toHaveLength(3 + 2);
  });
});

describe('while the page is asked for all the time', { timeout: 90_000 }, () => {
  beforeAll(() => {
    load = keepAsking(agent.edgeUrl);
  });

  test('counts go up and down', async () => {
    await deploy('backserve', (source) => source.replace('count = 3', 'count = 4'));
    await healthy('backserve', 4);
    expect((await dns('backserve.service.consul', 'SRV')).answer).toHaveLength(4);
    await deploy('frontserve', (source) => source.replace('count = 2', 'count = 3'));
    await healthy('frontserve', 3);
    await until('the third instance gets requests', async () => {
      const seen = await Promise.all(Array.from({ length: 12 }, () => halves()));
      return new Set(seen.map(({ front }) => front.allocation)).size === 3;
    });
    await deploy('frontserve');
    await deploy('backserve', (source) => source.replace('count = 3', 'count = 1'));
    await healthy('frontserve', 2);
    await healthy('backserve', 1);
    expect((await dns('backserve.service.consul', 'SRV')).answer).toHaveLength(1);
    await deploy('backserve');
    await healthy('backserve', 3);
  });

  test('a new version replaces one instance after the other', async () => {
    const before = await runningIds('frontserve');
    await deploy('frontserve', withGreeting('again'));
    await until(
      'both are replaced',
      async () => {
        const now = await runningIds('frontserve');
        return now.length === 2 && now.every((id) => !before.includes(id)) && (await passing('frontserve')) === 2;
      },
      40_000,
    );
    expect((await agent.nomad.jobs.read('frontserve')).value?.Version).toBeGreaterThan(0);
  });

  test('a task that is killed is started again by its restart policy', async () => {
    const [id = ''] = await runningIds('frontserve');
    const [pid = 0] = tasksOf(id);
    process.kill(pid, 'SIGKILL');
    const state = await until('it is restarted', async () => {
      const task = taskState(await readAlloc(agent, id));
      return task.Restarts === 1 && task.State === 'running' && task;
    });
    expect(tasksOf(id)).not.toContain(pid);
    const events = (state.Events ?? []).map(({ Type, ExitCode, Signal }) => ({ Type, ExitCode, Signal }));
    expect(events.slice(-3)).toEqual([
      { Type: 'Terminated', ExitCode: 137, Signal: 9 },
      { Type: 'Restarting', ExitCode: 0, Signal: 0 },
      { Type: 'Started', ExitCode: 0, Signal: 0 },
    ]);
    await healthy('frontserve', 2);
  });

  test('and none of these requests failed', async () => {
    const { requests, failures } = (await load?.stop()) ?? { requests: 0, failures: ['no load'] };
    load = undefined;
    expect(failures.slice(0, 5)).toEqual([]);
    expect(requests).toBeGreaterThan(100);
  });
});

describe('an agent that ends', { timeout: 60_000 }, () => {
  test('by kill -9 leaves its tasks alone; the next one takes them up and knows who ended meanwhile, and how', async () => {
    await agent.consul.kv.put('first/light', Buffer.from('kept'));
    await agent.run(counterJob);
    await agent.run(endingJob);
    const counter = await onlyRunning('counter');
    const ending = await onlyRunning('ending');
    const before = await picture();

    await agent.end('SIGKILL');
    expect(await picture()).toEqual(before);
    expect([...tasksOf(counter), ...tasksOf(ending)].every(isAlive)).toBe(true);
    for (const pid of tasksOf(ending)) process.kill(pid, 'SIGUSR1');
    await until('the task has ended', () => tasksOf(ending).length === 0);

    await agent.start();
    const task = await until('the exit is known', async () => {
      const state = taskState(await readAlloc(agent, ending));
      return state.State === 'dead' && state;
    });
    expect(task.Events?.find(({ Type }) => Type === 'Terminated')).toMatchObject({ ExitCode: 7 });
    await healthy('frontserve', 2);
    await healthy('backserve', 3);
    expect(await picture()).toEqual(before);
    for (const id of await runningIds('frontserve')) expect(startsOf(await readAlloc(agent, id))).toBeLessThan(3);
    expect(startsOf(await readAlloc(agent, counter))).toBe(1);

    const last = await lastNumber(counter);
    await until('the counter goes on', async () => (await lastNumber(counter)) > last);
    const numbers = await loggedNumbers(counter);
    expect(numbers).toEqual(numbers.map((_, index) => index));
    await until('the page is back', async () => (await fetch(agent.edgeUrl)).ok);
  });

  test('by SIGTERM leaves its tasks alone, too, and all that it knew is there afterwards', async () => {
    const before = await picture();
    expect(await agent.end('SIGTERM')).toBe(0);
    expect(await picture()).toEqual(before);
    await agent.start();
    await healthy('frontserve', 2);
    expect(await picture()).toEqual(before);
    const jobs = (await agent.nomad.jobs.list()).value.map(({ ID, Status }) => [ID, Status]);
    expect(jobs).toEqual([
      ['backserve', 'running'],
      ['counter', 'running'],
      ['ending', 'dead'],
      ['frontserve', 'running'],
    ]);
    expect(Buffer.from((await agent.consul.kv.get('first/light'))?.Value ?? '', 'base64').toString()).toBe('kept');
  });

  test('logs are read from the beginning, over the API', async () => {
    const [id = ''] = await runningIds('frontserve');
    const lines = await until('a request is in its log', async () => {
      await fetch(agent.edgeUrl);
      const all = (await readLogs(agent, id)).split('\n');
      return all.includes('GET /') && all;
    });
    expect(lines[0]).toMatch(/^frontserve [012] listens on 127\.0\.0\.1:\d+$/);
  });
});

describe('stopping', { timeout: 60_000 }, () => {
  test('a job ends its tasks, and takes them out of the catalog first', async () => {
    await agent.nomad.jobs.deregister('counter');
    await agent.nomad.jobs.deregister('frontserve');
    await until('DNS does not know it', async () => (await dns('frontserve.service.consul', 'A')).rcode === 'NXDOMAIN');
    await until('the edge does not know it', async () => (await fetch(agent.edgeUrl)).status === 404);
    await until('its tasks have ended', () => tasksOfJob('frontserve').length + tasksOfJob('counter').length === 0);
  });

  test('an agent that is to leave ends all that it runs', async () => {
    await agent.end('SIGTERM');
    expect(tasksOfJob('backserve')).toHaveLength(3);
    await agent.start(['-config', `${EXAMPLE}agent.hcl`]);
    expect(await agent.end('SIGTERM')).toBe(0);
    expect(agent.processes()).toEqual([]);
    await agent.start();
    await healthy('backserve', 3);
  });
});

type Half = { allocation: string; node: string; port: number };

async function halves(): Promise<{ front: Half; back: Half }> {
  const answer = await fetch(agent.edgeUrl, { headers: { accept: 'application/json' } });
  return (await answer.json()) as { front: Half; back: Half };
}

async function deploy(name: 'backserve' | 'frontserve', change = (source: string) => source): Promise<void> {
  const variables = { artifacts: artifacts.address };
  const dnsServer = `127.0.0.1:${agent.ports.dns}`;
  await agent.run(change(await exampleJob(name)), name === 'frontserve' ? { ...variables, dns: dnsServer } : variables);
}

const withGreeting = (text: string) => (source: string) =>
  source.replace('env {', `env {\n        GREETING = "${text}"`);

/** So many run, and all of them pass their checks. */
async function healthy(name: string, count: number): Promise<void> {
  await until(
    `${count} of ${name} run and pass`,
    async () => (await runningIds(name)).length === count && (await passing(name)) === count,
    30_000,
  );
}

async function passing(name: string): Promise<number> {
  return (await agent.consul.healthService(name, { passing: true })).value.length;
}

async function runningIds(job: string): Promise<string[]> {
  const allocs = (await agent.nomad.jobs.allocations(job)).value;
  return allocs
    .filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run')
    .map(({ ID }) => ID)
    .sort();
}

function onlyRunning(job: string): Promise<string> {
  return until(`${job} runs`, async () => (await runningIds(job))[0]);
}

function startsOf(alloc: Allocation): number {
  return (taskState(alloc).Events ?? []).filter(({ Type }) => Type === 'Started').length;
}

function tasksOf(allocId: string): number[] {
  return processesWith('NOMAD_ALLOC_ID', allocId);
}

function tasksOfJob(job: string): number[] {
  const ours = new Set(agent.processes());
  return processesWith('NOMAD_JOB_ID', job).filter((pid) => ours.has(pid));
}

/** Which processes are whose, but for the job that ends. */
async function picture(): Promise<Record<string, number[]>> {
  return Object.fromEntries(['backserve', 'frontserve', 'counter'].map((job) => [job, tasksOfJob(job)]));
}

async function portsOf(job: string): Promise<number[]> {
  const allocs = await Promise.all((await runningIds(job)).map((id) => readAlloc(agent, id)));
  return allocs.map(({ AllocatedResources }) => AllocatedResources?.Shared?.Ports?.[0]?.Value ?? 0).sort();
}

async function consul<T>(path: string): Promise<T> {
  return (await (await fetch(`${agent.consulUrl}${path}`)).json()) as T;
}

function dns(name: string, type: string) {
  return askDns(agent.ports.dns, { name, type }, 'tcp');
}

/** Whole lines only: the last one may be on its way. */
async function loggedNumbers(id: string): Promise<number[]> {
  return (await readLogs(agent, id)).split('\n').slice(0, -1).map(Number);
}

async function lastNumber(id: string): Promise<number> {
  return (await loggedNumbers(id)).at(-1) ?? -1;
}

const counterJob = jobFile('counter', ['node', '-e', 'let n = 0; setInterval(() => console.log(n++), 10)']);

const endingJob = jobFile(
  'ending',
  ['node', '-e', "process.on('SIGUSR1', () => process.exit(7)); setInterval(() => {}, 1000)"],
  { type: 'batch' },
);
