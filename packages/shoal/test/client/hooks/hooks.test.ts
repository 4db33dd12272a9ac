import { readFile, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Task, TaskArtifact } from '@shoal/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../support/until.ts';
import { aCheck, aNodeConfig, anAllocation, aService, aTask, jobOf } from '../support/builders.ts';
import { aClientWorld, eventTypes } from '../support/client-world.ts';

/** A server that counts what it is asked, and answers as told. */
async function aSite(answer: (response: ServerResponse, count: number) => void) {
  let asked = 0;
  const server = createServer((_request, response) => {
    asked += 1;
    answer(response, asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked: () => asked };
}

const artifact = (GetterSource: string): TaskArtifact => ({
  ...{ GetterSource, GetterOptions: null, GetterHeaders: null, GetterMode: 'any', RelativeDest: 'local/' },
});

async function placed(task: Partial<Task>) {
  const world = await aClientWorld();
  await world.boot();
  const alloc = anAllocation(jobOf([aTask(task)]));
  world.server.put(alloc);
  const folder = join(world.dataDir, 'alloc', alloc.ID);
  return { world, alloc, folder };
}

describe('directories', () => {
  test.each([
    { path: 'alloc', want: 0o777 },
    { path: 'alloc/data', want: 0o777 },
    { path: 'alloc/logs', want: 0o777 },
    { path: 'alloc/tmp', want: 0o777 },
    { path: 't', want: 0o777 },
    { path: 't/local', want: 0o777 },
    { path: 't/tmp', want: 0o777 },
    { path: 't/secrets', want: 0o700 },
  ])('$path may be used by those it is for', async ({ path, want }) => {
    const { world, alloc, folder } = await placed({});
    await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    expect((await stat(join(folder, path))).mode & 0o777).toBe(want);
  });
});

describe('artifacts', () => {
  test('are fetched once, whatever restarts', async () => {
    const site = await aSite((response) => response.end('content'));
    const { world, alloc, folder } = await placed({ Artifacts: [artifact(`${site.url}/f`)] });
    await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    await world.client.control.restart(alloc.ID, 't');
    await world.reported(alloc.ID, 'runs again', ({ taskStates: { t } }) => t?.Restarts === 1 && t.State === 'running');
    expect(site.asked()).toBe(1);
    expect(await readFile(join(folder, 't/local/f'), 'utf8')).toBe('content');
  });

  test('that are not there yet are tried again by the restart policy', async () => {
    const site = await aSite((response, count) => void response.writeHead(count === 1 ? 404 : 200).end('content'));
    const { world, alloc } = await placed({ Artifacts: [artifact(`${site.url}/f`)] });
    const running = await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    expect(eventTypes(running)).toEqual([
      ...['Received', 'Task Setup', 'Downloading Artifacts', 'Failed Artifact Download', 'Restarting'],
      ...['Downloading Artifacts', 'Started'],
    ]);
    const failure = running.taskStates['t']?.Events.find(({ Type }) => Type === 'Failed Artifact Download');
    expect(failure?.DownloadError).toBe(
      `failed to download artifact "${site.url}/f": ${site.url}/f answered 404 Not Found`,
    );
  });

  test('that an agent was killed over are fetched again, and those before are not', async () => {
    const first = await aSite((response) => response.end('first'));
    const second = await aSite(
      (response, count) => void (count === 1 ? response.write('half') : response.end('whole')),
    );
    const { world, alloc, folder } = await placed({
      Artifacts: [artifact(`${first.url}/a`), artifact(`${second.url}/b`)],
    });
    await until('the second is under way', () => second.asked() === 1);
    world.crash();
    await world.boot();
    await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    expect(await readFile(join(folder, 't/local/b'), 'utf8')).toBe('whole');
    expect([first.asked(), second.asked()]).toEqual([1, 2]);
  });

  test('do not hold up the end of the allocation', async () => {
    const site = await aSite((response) => void response.write('for ever'));
    const { world, alloc } = await placed({ Artifacts: [artifact(`${site.url}/f`)] });
    await until('it is under way', () => site.asked() === 1);
    world.server.put({ ...alloc, DesiredStatus: 'stop' });
    const end = await world.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(eventTypes(end)).toEqual(['Received', 'Task Setup', 'Downloading Artifacts']);
    expect(world.machine.started).toEqual([]);
  });
});

test('a block that this client cannot do is said before anything is made', async () => {
  const Vault = { Policies: null, Namespace: '', Env: true, ChangeMode: '', ChangeSignal: '' };
  const { world, alloc } = await placed({ Vault });
  const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
  expect(eventTypes(failed)).toEqual(['Received', 'Failed Validation', 'Not Restarting']);
});

test('a check of a kind that is not run is said once', async () => {
  const service = aService({ PortLabel: '80', Checks: [aCheck({ Type: 'carrier-pigeon' })] });
  const { world, alloc } = await placed({ Services: [service] });
  const said = await world.reported(alloc.ID, 'says so', (latest) => eventTypes(latest).includes('Task hook failed'));
  expect(said.taskStates['t']?.Events.at(-1)?.DisplayMessage).toBe(
    'services: a carrier-pigeon check of service "web" is not run: this client runs http, tcp, grpc, script checks',
  );
});

describe('the payload of a dispatch', () => {
  const dispatched = async (file: string) => {
    const world = await aClientWorld();
    await world.boot();
    const task = aTask({ DispatchPayload: { File: file } });
    const alloc = anAllocation(jobOf([task], { Payload: Buffer.from('hello\n').toString('base64') }));
    world.server.put(alloc);
    return { world, alloc, folder: join(world.dataDir, 'alloc', alloc.ID) };
  };

  test.each([{ file: 'in.txt' }, { file: '/deep/in/it.txt' }])('is put into $file below local', async ({ file }) => {
    const { world, alloc, folder } = await dispatched(file);
    await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    expect(await readFile(join(folder, 't/local', file), 'utf8')).toBe('hello\n');
  });

  test('is put nowhere else', async () => {
    const { world, alloc } = await dispatched('../secrets/in.txt');
    const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
    const reason = failed.taskStates['t']?.Events.find(({ Type }) => Type === 'Setup Failure')?.DisplayMessage;
    expect(reason).toContain("leads out of the task's local directory");
  });
});

test('a mount that the driver cannot make is said, with where the volume is', async () => {
  const world = await aClientWorld();
  await world.boot({
    config: aNodeConfig(world.dataDir, { hostVolumes: { data: { path: '/srv/data', readOnly: false } } }),
  });
  const mount = { Volume: 'v', Destination: '/data', ReadOnly: false, PropagationMode: '' };
  const volume = { Name: 'v', Type: 'host', Source: 'data', ReadOnly: false, MountOptions: null };
  const alloc = anAllocation(jobOf([aTask({ VolumeMounts: [mount] })], {}, { Volumes: { v: volume } }));
  world.server.put(alloc);
  const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
  const event = failed.taskStates['t']?.Events.find(({ Type }) => Type === 'Failed Validation');
  expect(event?.DisplayMessage).toBe(
    'task "t": task driver "scripted" does not support host volumes; use their paths as they are (on this machine: /srv/data)',
  );
});

test('a network of the group that the driver cannot be in is said, and none is made', async () => {
  const world = await aClientWorld();
  await world.boot();
  const network = { ...{ Mode: 'bridge', Device: '', CIDR: '', IP: '', MBits: 0, DNS: null }, ...NO_PORTS };
  const alloc = anAllocation(jobOf([aTask()], {}, { Networks: [network] }));
  world.server.put(alloc);
  const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
  const event = failed.taskStates['t']?.Events.find(({ Type }) => Type === 'Failed Validation');
  expect(event?.DisplayMessage).toBe(
    'task "t": task driver "scripted" does not support the group\'s network { mode = "bridge" }; use mode = "host"',
  );
  expect(failed.networkStatus).toEqual({ InterfaceName: '', Address: '', DNS: null });
});

const NO_PORTS = { ReservedPorts: null, DynamicPorts: null };
