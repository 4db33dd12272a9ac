import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { allocOf, eventsOf, jobFile, readAlloc, readLogs, taskState } from '../support/jobs.ts';
import { commandOf, processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';

vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);

/** Where the agent serves DNS on port 53: an address of the loopback that nobody else has. */
const DNS_ADDRESS = `127.${(process.pid >> 16) & 255}.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;

let agent: TestAgent;
beforeAll(async () => {
  agent = await prepareAgent({ config: `addresses { dns = "127.0.0.1 ${DNS_ADDRESS}" }\ndns { ports = [53] }` });
  await agent.start();
});
afterAll(async () => {
  try {
    // Isolated tasks leave control groups when they are only killed.
    for (const { ID } of (await agent.nomad.jobs.list()).value) await agent.nomad.jobs.deregister(ID);
    await patiently('all have ended', async () => {
      const { value } = await agent.nomad.allocations.list();
      return value.every(({ ClientStatus }) => ClientStatus === 'complete' || ClientStatus === 'failed');
    });
  } finally {
    await agent?.dispose();
  }
});

const job = (name: string, script: string, { type = 'service', group = '', task = '' } = {}) =>
  jobFile(name, ['/bin/sh', '-c', script], { driver: 'exec', type, more: group, task: `kill_timeout = "1s"\n${task}` });

const settled = (name: string, ...statuses: string[]) =>
  allocOf(agent, name, ({ ClientStatus }) => statuses.includes(ClientStatus), 30_000);
const isRunning = (name: string) => settled(name, 'running');

describe('a node that can isolate tasks', () => {
  it('is told so by its attributes', async () => {
    const [node] = (await agent.nomad.nodes.list()).value;
    const { value } = await agent.nomad.nodes.read(node?.ID ?? '');
    expect(value?.Drivers?.['exec']).toMatchObject({ Detected: true, Healthy: true });
    expect(value?.Attributes['driver.exec']).toBe('1');
  });
});

describe('an isolated task', () => {
  it('has its folders, variables, templates and limits', async () => {
    const script =
      'id -un; pwd; echo $NOMAD_ALLOC_DIR $NOMAD_TASK_DIR $NOMAD_SECRETS_DIR; cat $NOMAD_TASK_DIR/page /secrets/own';
    const template = (destination: string) => `template {
      destination = "${destination}"
      data        = "{{ env \\"NOMAD_TASK_NAME\\" }} for {{ env \\"NOMAD_JOB_NAME\\" }}\\n"
    }`;
    await agent.run(
      job('folders', script, { type: 'batch', task: `${template('local/page')}\n${template('/secrets/own')}` }),
    );
    const { ID } = await settled('folders', 'complete', 'failed');
    expect(await readLogs(agent, ID, 'stderr')).toBe('');
    expect(await readLogs(agent, ID)).toBe('nobody\n/\n/alloc /local /secrets\nt for folders\nt for folders\n');
  });

  it('shows that it was killed for want of memory', async () => {
    const task = 'resources {\n cpu = 100\n memory = 16\n}';
    await agent.run(job('hungry', 'head -c 100000000 /dev/zero | tail', { type: 'batch', task }));
    const { ID } = await settled('hungry', 'complete', 'failed');
    const alloc = await readAlloc(agent, ID);
    expect(eventsOf(alloc)).toContain('Terminated: Exit Code: 137, Signal: 9, Exit Message: "OOM Killed"');
    expect(taskState(alloc).Events?.find(({ Type }) => Type === 'Terminated')?.Details).toMatchObject({
      oom_killed: 'true',
    });
  });

  it('says what it cannot have', async () => {
    await agent.run(job('root', 'true', { type: 'batch', task: 'user = "root"' }));
    const { ID } = await settled('root', 'failed');
    expect(eventsOf(await readAlloc(agent, ID)).join('\n')).toMatch(
      /Driver Failure: tasks may not run as user "root" on this node: the client's option "user.denylist" has "root"/,
    );
  });

  it('has its checks run inside, and finds services by the agent’s DNS', async () => {
    const group = `network {
      port "http" {}
      dns { servers = ["${DNS_ADDRESS}"] }
    }`;
    const service = `service {
      name = "isolated"
      port = "http"
      check {
        type     = "script"
        command  = "/bin/sh"
        args     = ["-c", "test -e /local/up && test $(cat /proc/1/comm) = sh && echo fine"]
        interval = "1s"
        timeout  = "10s"
      }
    }`;
    await agent.run(job('isolated', 'touch /local/up; while :; do sleep 1; done', { group, task: service }));
    await isRunning('isolated');
    await patiently('the check passes', async () => {
      const answer = await fetch(`${agent.consulUrl}/v1/health/service/isolated?passing`);
      return ((await answer.json()) as unknown[]).length === 1;
    });
    await agent.run(job('asks', 'getent ahostsv4 isolated.service.consul', { type: 'batch', group }));
    const { ID } = await settled('asks', 'complete', 'failed');
    expect(await readLogs(agent, ID)).toMatch(/^127\.0\.0\.1\s/);
  });

  it('goes on through kill -9 of the agent and of its supervisor, and its exit code is exact', async () => {
    await agent.run(
      job('lasting', 'echo begun; while ! test -e /alloc/data/go; do sleep 0.1; done; exit 7', { type: 'batch' }),
    );
    const { ID } = await isRunning('lasting');
    await patiently('it has begun', async () => (await readLogs(agent, ID)) === 'begun\n');
    const before = processesWith('NOMAD_ALLOC_ID', ID);
    await agent.end('SIGKILL');
    for (const pid of supervisors()) process.kill(pid, 'SIGKILL');
    await agent.start();
    expect(processesWith('NOMAD_ALLOC_ID', ID)).toEqual(expect.arrayContaining(before.slice(0, 2)));
    expect((await readAlloc(agent, ID)).ClientStatus).toBe('running');
    await writeFile(`${agent.dataDir}/alloc/${ID}/alloc/data/go`, '');
    await patiently('it has ended', async () => (await readAlloc(agent, ID)).ClientStatus === 'failed');
    expect(eventsOf(await readAlloc(agent, ID)).filter((event) => event.startsWith('Terminated'))).toEqual([
      'Terminated: Exit Code: 7',
    ]);
    expect(processesWith('NOMAD_ALLOC_ID', ID)).toEqual([]);
  });

  it('is started once, whoever is killed while many start', async () => {
    const count = 10;
    const source = job('many', 'exec sleep 54321').replace('group "g" {', `group "g" {\n    count = ${count}`);
    await agent.run(source);
    const sleeping = () => processesWith('NOMAD_JOB_NAME', 'many').filter((pid) => commandOf(pid) === 'sleep 54321');
    await patiently('some have begun', () => sleeping().length > 1);
    await agent.end('SIGKILL');
    await agent.start();
    await patiently('more have begun', () => sleeping().length > count / 2);
    await agent.end('SIGKILL');
    for (const pid of supervisors()) process.kill(pid, 'SIGKILL');
    await agent.start();
    const running = await patiently('all run', async () => {
      const { value } = await agent.nomad.jobs.allocations('many');
      const up = value.filter(({ ClientStatus }) => ClientStatus === 'running');
      return up.length === count && sleeping().length === count && up;
    });
    expect(running.map((alloc) => taskState(alloc).Failed)).toEqual(running.map(() => false));
    const left = () => readdirSync(`${agent.dataDir}/client/exec`).filter((name) => name !== 'state').length;
    const others = left() - count;
    await agent.nomad.jobs.deregister('many');
    await patiently('all are gone', () => sleeping().length === 0 && left() === others);
    // That of the service, which still runs.
    expect(others).toBe(1);
  });

  it('is stopped with all that it started', async () => {
    await agent.run(job('stopped', 'setsid sleep 4321 & trap "" INT; while :; do sleep 0.1; done'));
    const { ID } = await isRunning('stopped');
    await agent.nomad.jobs.deregister('stopped');
    await patiently('it is gone', async () => (await readAlloc(agent, ID)).ClientStatus === 'complete');
    expect(processesWith('NOMAD_ALLOC_ID', ID)).toEqual([]);
  });
});

const supervisors = (): number[] => agent.processes().filter((pid) => commandOf(pid).includes('supervisor.js'));
