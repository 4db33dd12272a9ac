import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AllocStub } from '@shoal/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { prepareAgent, type TestAgent, testAgent } from '../support/agent.ts';
import { allocOf, eventsOf, jobFile, readAlloc } from '../support/jobs.ts';
import { smallDisk, useUpRoom } from '../support/small-disk.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** Machines that fail, and machines that are not as one thinks. */

const MEGABYTE = 1024 * 1024;
const isRunning = ({ ClientStatus }: AllocStub) => ClientStatus === 'running';

describe('a machine that loses its power', { timeout: 60_000 }, () => {
  test('starts its services again; how its batch tasks ended is unknown', async () => {
    const agent = await testAgent();
    const patient = 'restart {\n attempts = 2\n delay = "50ms"\n interval = "1m"\n mode = "fail"\n }';
    await agent.run(jobFile('service', ['/bin/sleep', '10000']).replace(/restart \{[^}]*\}/, patient));
    await agent.run(jobFile('batch', ['/bin/sleep', '10000'], { type: 'batch' }));
    const service = await allocOf(agent, 'service', isRunning);
    const batch = await allocOf(agent, 'batch', isRunning);
    await agent.consul.kv.put('kept', Buffer.from('yes'));
    await powerCut(agent);

    await agent.start();
    const events = await until('the service was started again', async () => {
      const all = eventsOf(await readAlloc(agent, service.ID));
      return all.filter((event) => event.startsWith('Started')).length === 2 && all;
    });
    expect(events.join('\n')).toMatch(/Terminated: Exit Code: unknown.*\nRestarting: .*\nStarted: /);
    const { ID } = await allocOf(agent, 'batch', ({ ClientStatus }) => ClientStatus === 'failed');
    expect(ID).toBe(batch.ID);
    expect(eventsOf(await readAlloc(agent, ID)).join('\n')).toContain('Not Restarting: How the task ended is unknown');
    expect(await agent.consul.kv.get('kept')).toBeDefined();
  });
});

describe('a machine whose disk is full', { timeout: 60_000 }, () => {
  test('says so to who writes, serves who reads, and goes on when there is room again', async () => {
    const disk = await smallDisk(48 * MEGABYTE);
    const agent = await agentIn(join(disk, 'data'));
    await agent.run(smallJob('before'));
    await allocOf(agent, 'before', isRunning);

    const filler = join(disk, 'filler');
    await expect(writeFile(filler, Buffer.alloc(48 * MEGABYTE))).rejects.toThrow('ENOSPC');
    const keys = await useUpRoom(agent.consul, 'during', /could not write: .*free some space/);
    await expect(agent.run(smallJob('during'))).rejects.toThrow('could not write');
    expect((await agent.nomad.jobs.list()).value.map(({ ID, Status }) => [ID, Status])).toEqual([
      ['before', 'running'],
    ]);

    await rm(filler);
    expect(await agent.consul.kv.put('after', Buffer.from('x'))).toBe(true);
    await agent.run(smallJob('after'));
    await allocOf(agent, 'after', isRunning);
    expect(await agent.consul.kv.keys('')).toEqual(['after', ...keys]);
  });
});

test.each([0, 100, 300, 700, 1_100])(
  'an agent whose disk has %d KiB left at its first start runs, or says what it lacks',
  async (kib) => {
    const disk = await smallDisk(48 * MEGABYTE);
    await writeFile(join(disk, 'filler'), Buffer.alloc(48 * MEGABYTE - kib * 1024 - 16 * 1024));
    const agent = await prepareAgent();
    onTestFinished(() => agent.dispose());
    const outcome = await agent.start(['-data-dir', join(disk, 'data')]).then(
      () => 'runs',
      (error: Error) => error.message,
    );
    if (outcome !== 'runs')
      expect(outcome).toMatch(new RegExp(`Error: .*${disk}/data.*no space left on device.*Free some space`, 'i'));
    await rm(join(disk, 'filler'));
    if (outcome !== 'runs') await agent.start(['-data-dir', join(disk, 'data')]);
    await agent.run(smallJob('after'));
    await allocOf(agent, 'after', isRunning);
  },
);

describe('a data_dir', { timeout: 60_000 }, () => {
  test('may lie deeper than the name of a socket may be long', async () => {
    const agent = await agentIn(join(await tempDir(), 'x'.repeat(90), 'y'.repeat(90)));
    await agent.run(jobFile('deep', ['/bin/sleep', '10000']));
    await allocOf(agent, 'deep', isRunning);
    await agent.nomad.jobs.deregister('deep');
    await allocOf(agent, 'deep', ({ ClientStatus }) => ClientStatus === 'complete');
  });
});

describe('a static port', { timeout: 60_000 }, () => {
  test('goes from one version of a task to the next without a failed start', async () => {
    const agent = await testAgent();
    const port = agent.ports.edgeHttps + 1;
    // Lets go of its port a good second after it is told to end.
    const serve = (version: string) => `
require('http').createServer((_, answer) => answer.end('${version}')).listen(${port}, '127.0.0.1');
process.on('SIGINT', () => setTimeout(() => process.exit(0), 1200));`;
    const network = `network {\n port "web" {\n static = ${port}\n }\n }`;
    const served = () => fetch(`http://127.0.0.1:${port}`).then((answer) => answer.text());
    for (const version of ['first', 'second']) {
      await agent.run(jobFile('static', ['node', '-e', serve(version)], { more: network }));
      await until(`the ${version} is served`, async () => (await served()) === version);
    }
    const { ID } = await allocOf(agent, 'static', isRunning);
    expect(eventsOf(await readAlloc(agent, ID)).map((event) => event.split(':')[0])).toEqual([
      'Received',
      'Task Setup',
      'Started',
    ]);
  });
});

/** All at the same moment: nobody sees how others end. */
async function powerCut(agent: TestAgent): Promise<void> {
  const all = agent.processes();
  for (const pid of all) process.kill(pid, 'SIGSTOP');
  for (const pid of all) process.kill(pid, 'SIGKILL');
  await until('nothing runs', () => agent.processes().length === 0);
}

/** Fits on a small disk. */
function smallJob(name: string): string {
  const logs = 'logs {\n max_files = 1\n max_file_size = 1\n }';
  return jobFile(name, ['/bin/sleep', '10000'], { task: logs, more: 'ephemeral_disk {\n size = 10\n }' });
}

async function agentIn(dataDir: string): Promise<TestAgent> {
  const agent = await prepareAgent();
  onTestFinished(() => agent.dispose());
  await agent.start(['-data-dir', dataDir]);
  return agent;
}
