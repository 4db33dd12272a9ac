import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { fillDisk, mountSmallDisk, useUpRoom } from '../support/small-disk.ts';
import { until } from '../support/until.ts';
import {
  addressesOf,
  clientOf,
  echoJob,
  nodesReady,
  PATIENT_SERVER,
  runningAllocs,
  startServer,
} from './cluster-config.ts';

/** Disks that are full on one machine alone, under the agent's data_dir. In order: each step goes on from the one before. */

const DISK_BYTES = 48 * 1024 * 1024;
const REFUSAL = /could not write: .*free some space/;
/** Does not go into what the client keeps spare. */
const BIG = 'x'.repeat(1_000_000);

let hosts: Hosts;
let server: HostAgent;
let alpha: HostAgent;
const unmounts: (() => Promise<void>)[] = [];

beforeAll(async () => {
  hosts = await makeHosts(['server', 'alpha']);
  for (const host of ['server', 'alpha'])
    unmounts.push(await mountSmallDisk(`${await hosts.folderOf(host)}/data`, DISK_BYTES));
  const started = await startServer(hosts, 'server', PATIENT_SERVER);
  server = started.server;
  alpha = await hosts.agent('alpha', clientOf(server.address));
  await alpha.start({ SHOAL_JOIN_TOKEN: started.token });
  await nodesReady(server, ['alpha']);
});

afterAll(async () => {
  for (const unmount of unmounts) await unmount();
  await hosts?.dispose();
});

describe('a disk that is full', { timeout: 90_000 }, () => {
  test('under a client: what runs goes on, what is to end ends, and what is new begins when there is room', async () => {
    for (const name of ['stays', 'ends']) {
      await server.run(job(name));
      await until(`${name} is named`, async () => (await addressesOf(alpha, `${name}.service.consul`)).length === 1);
    }
    const before = picture();
    const makeRoom = await fillDisk(alpha.dataDir, DISK_BYTES);

    await server.run(job('new', `template {\n        data = "${BIG}"\n        destination = "local/big"\n      }`));
    await server.nomad.jobs.deregister('ends', {});
    await until('what is to end has ended', () => hosts.tasks('alpha', 'ends').length === 0);
    await until('its name is gone', async () => (await addressesOf(alpha, 'ends.service.consul')).length === 0);
    const waiting = await until('what is new says why it waits', async () => {
      const [alloc] = (await server.nomad.jobs.allocations('new')).value;
      return alloc?.ClientDescription !== '' && alloc;
    });
    expect([waiting.ClientStatus, waiting.ClientDescription]).toEqual([
      'pending',
      expect.stringMatching(/state\.mdb could not be written: .*\. Free some space or check the disk\.$/),
    ]);
    expect(alpha.log()).toMatch(/"level":"error".*an allocation cannot begin yet; it is tried again/);
    expect(alpha.log()).not.toContain('nobody waited for');
    expect(picture()).toEqual(before);
    expect(await addressesOf(alpha, 'stays.service.consul')).toEqual([alpha.address]);
    expect(await statusOfAlpha()).toBe('ready');

    await makeRoom();
    await until('what is new runs', async () => (await runningAllocs(server, 'new')).length === 1, 30_000);
    await until('it is named', async () => (await addressesOf(alpha, 'new.service.consul')).length === 1);
    expect((await server.nomad.jobs.allocations('new')).value).toHaveLength(1);
    expect(picture()).toEqual(before);
    await expectWhole(alpha);
  });

  test('under a server: writes are refused with the reason, all else goes on, and what happened meanwhile is told', async () => {
    const before = picture();
    const makeRoom = await fillDisk(server.dataDir, DISK_BYTES);
    const keys = await useUpRoom(server.consul, 'during', REFUSAL);
    await expect(alpha.consul.kv.put('during', Buffer.alloc(400_000))).rejects.toThrow(REFUSAL);
    const answered = await registerUntilRefused();
    const [stays] = await runningAllocs(server, 'stays');
    // The client restarts it: its state changes, and no server can keep that.
    const [pid = 0] = hosts.tasks('alpha', 'stays');
    process.kill(pid, 'SIGKILL');
    const next = await until('it is started again', () => hosts.tasks('alpha', 'stays').find((each) => each !== pid));
    expect(await addressesOf(alpha, 'new.service.consul')).toEqual([alpha.address]);
    expect(await jobs()).toEqual(['ends', 'new', 'stays', ...answered].sort());
    expect(await statusOfAlpha()).toBe('ready');
    expect(server.log()).not.toContain('nobody waited for');
    expect([server.pid(), alpha.pid()]).toEqual(before.agents);

    await makeRoom();
    await until(
      'the restart is known',
      async () => {
        const { value } = await server.nomad.allocations.read(stays?.ID ?? '');
        return value?.TaskStates?.['stays']?.Restarts === 1;
      },
      30_000,
    );
    expect(await jobs()).toEqual(['ends', 'new', 'stays', ...answered].sort());
    await server.run(job('after'));
    await until('what is registered then runs', async () => (await runningAllocs(server, 'after')).length === 1);
    for (const name of answered)
      await until(`${name} is evaluated`, async () => (await server.nomad.jobs.read(name)).value?.Status === 'dead');
    expect(hosts.tasks('alpha', 'stays')).toEqual([next]);
    await expectWhole(server);
    expect(await server.consul.kv.keys('')).toEqual(keys);
  });
});

/** Small logs, and a restart at once. */
function job(name: string, task = ''): string {
  return echoJob(1, name)
    .replace(
      '    task "',
      '    ephemeral_disk {\n      size = 10\n    }\n    restart {\n      delay = "100ms"\n    }\n    task "',
    )
    .replace(
      '      resources {',
      `      ${task}\n      logs {\n        max_files     = 1\n        max_file_size = 1\n      }\n      resources {`,
    );
}

/** What is written may still find room inside of the store's file. Answers with the jobs that were taken. */
async function registerUntilRefused(): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const name = `empty-${taken.length}`;
    try {
      await server.run(echoJob(0, name));
    } catch (error) {
      expect(String(error)).toMatch(REFUSAL);
      return taken;
    }
    taken.push(name);
  }
}

async function jobs(): Promise<string[]> {
  return (await server.nomad.jobs.list()).value.map(({ ID }) => ID).sort();
}

/** Who runs: the agents, and the task that nothing may end. */
function picture() {
  return { agents: [server.pid(), alpha.pid()], stays: hosts.tasks('alpha', 'stays') };
}

/** After a kill -9 it has all that it had. */
async function expectWhole(agent: HostAgent): Promise<void> {
  const jobs = (await server.nomad.jobs.list()).value.map(({ ID, Status }) => `${ID} ${Status}`);
  const { stays } = picture();
  await agent.end('SIGKILL');
  await agent.start();
  await nodesReady(server, ['alpha']);
  expect((await server.nomad.jobs.list()).value.map(({ ID, Status }) => `${ID} ${Status}`)).toEqual(jobs);
  expect(picture().stays).toEqual(stays);
}

async function statusOfAlpha(): Promise<string | undefined> {
  return (await server.nomad.nodes.list()).value.find(({ Name }) => Name === 'alpha')?.Status;
}
