import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Task } from '@shoal/api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../support/until.ts';
import { anAllocation, aRestartPolicy, aTask, jobOf } from './support/builders.ts';
import { eventTypes } from './support/client-world.ts';
import { aRealNode } from './support/real-node.ts';

const shell = (script: string, changes: Partial<Task> = {}): Task =>
  aTask({ Driver: 'raw_exec', Config: { command: '/bin/sh', args: ['-c', script] }, ...changes });
const ticker = 'echo pid $$; n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done';
const once = aRestartPolicy({ Attempts: 0 });

/** The ticks of a log, without the line that names the process. */
const ticks = (log: string) =>
  log
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number);
const pids = (log: string) => log.split('\n').filter((line) => line.startsWith('pid'));

describe('kill -9 of the agent', () => {
  test('tasks go on with the same process and a log without a gap; the next agent restarts nothing', async () => {
    const node = await aRealNode();
    await node.boot();
    const alloc = anAllocation(jobOf([shell(ticker)]));
    node.server.put(alloc);
    await node.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    await node.kill();
    const atDeath = ticks(await node.log(alloc.ID)).length;
    await until('it ticks on', async () => ticks(await node.log(alloc.ID)).length > atDeath + 3);
    await node.boot();
    await until('it still ticks', async () => ticks(await node.log(alloc.ID)).length > atDeath + 10);
    node.server.put({ ...alloc, DesiredStatus: 'stop' });
    const end = await node.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(eventTypes(end)).toEqual(['Received', 'Task Setup', 'Started', 'Killing', 'Terminated', 'Killed']);
    const log = await node.log(alloc.ID);
    expect(pids(log)).toHaveLength(1);
    expect(ticks(log)).toEqual(ticks(log).map((_, index) => index + 1));
  });

  test('an exit that happened meanwhile is known with its code', async () => {
    const node = await aRealNode();
    await node.boot();
    const alloc = anAllocation(
      jobOf([shell('while [ ! -e local/go ]; do sleep 0.02; done; exit 7', { RestartPolicy: once })], {
        Type: 'batch',
      }),
    );
    node.server.put(alloc);
    await node.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    await node.kill();
    await writeFile(`${node.dataDir}/alloc/${alloc.ID}/t/local/go`, '');
    await node.boot();
    const end = await node.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
    expect(end.taskStates['t']?.Events.find(({ Type }) => Type === 'Terminated')?.ExitCode).toBe(7);
  });

  test('in the middle of starting twenty: each runs exactly once', async () => {
    const node = await aRealNode();
    await node.boot();
    const allocs = Array.from({ length: 20 }, () => anAllocation(jobOf([shell('echo pid $$; exec sleep 600')])));
    for (const alloc of allocs) node.server.put(alloc);
    await until('some run', () => node.server.updates.length > 0);
    await node.kill();
    await node.boot();
    for (const { ID } of allocs) await node.reported(ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    for (const { ID } of allocs) {
      await until('its process is known', async () => pids(await node.log(ID)).length > 0);
      expect(pids(await node.log(ID))).toHaveLength(1);
      expect(node.server.latest(ID)?.taskStates['t']?.Restarts).toBe(0);
    }
  });
});

describe('tasks of real processes', () => {
  test('get their environment, their folders and their artifact', async () => {
    const served = createServer(
      (_request, response) =>
        void response.end(gzipSync('#!/bin/sh\necho "$GREETING from $NOMAD_TASK_NAME"; pwd; ls\n')),
    );
    await new Promise<void>((resolve) => served.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void served.close());
    const url = `http://127.0.0.1:${(served.address() as AddressInfo).port}/hello.gz`;
    const node = await aRealNode();
    await node.boot();
    const task = aTask({
      Driver: 'raw_exec',
      Config: { command: 'hello' },
      Env: { GREETING: 'hello ${node.datacenter}' },
      Artifacts: [
        { GetterSource: url, GetterOptions: null, GetterHeaders: null, GetterMode: 'any', RelativeDest: 'local/' },
      ],
    });
    const alloc = anAllocation(jobOf([task], { Type: 'batch' }));
    node.server.put(alloc);
    const end = await node.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(eventTypes(end)).toEqual(['Received', 'Task Setup', 'Downloading Artifacts', 'Started', 'Terminated']);
    expect((await node.log(alloc.ID)).split('\n')).toEqual([
      'hello dc1 from t',
      `${node.dataDir}/alloc/${alloc.ID}/t`,
      ...['local', 'secrets', 'tmp', ''],
    ]);
  });

  test('one that ignores its signal is killed after kill_timeout', async () => {
    const node = await aRealNode();
    await node.boot();
    const alloc = anAllocation(
      jobOf([shell("trap '' INT TERM; echo ready; while :; do sleep 0.05; done", { KillTimeout: 0.3e9 })]),
    );
    node.server.put(alloc);
    await until('it is ready', async () => (await node.log(alloc.ID).catch(() => '')).includes('ready'));
    node.server.put({ ...alloc, DesiredStatus: 'stop' });
    const end = await node.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    const events = end.taskStates['t']?.Events ?? [];
    expect(events.map(({ DisplayMessage }) => DisplayMessage).slice(-3)).toEqual([
      ...[
        'Sent interrupt. Waiting 300ms before force killing',
        'Exit Code: 137, Signal: 9',
        'Task successfully killed',
      ],
    ]);
  });

  test('a program that is not there: a Driver Failure in the known words', async () => {
    const node = await aRealNode();
    await node.boot();
    const alloc = anAllocation(
      jobOf([aTask({ Driver: 'raw_exec', Config: { command: '/no/such/program' }, RestartPolicy: once })]),
    );
    node.server.put(alloc);
    const end = await node.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
    expect(eventTypes(end)).toEqual(['Received', 'Task Setup', 'Driver Failure', 'Not Restarting']);
    expect(end.taskStates['t']?.Events[2]?.DriverError).toMatch(/^failed to launch command with executor/);
    expect(end.taskStates['t']).toMatchObject({ Failed: true, StartedAt: null });
  });

  test('stop leaves no process, and the next agent starts the tasks again', async () => {
    const node = await aRealNode();
    await node.boot();
    const alloc = anAllocation(jobOf([shell('echo pid $$; exec sleep 600')]));
    node.server.put(alloc);
    await until('it runs', async () => pids(await node.log(alloc.ID).catch(() => '')).length === 1);
    await node.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    await node.stop('stop');
    const pid = Number(pids(await node.log(alloc.ID))[0]?.slice(4));
    expect(() => process.kill(pid, 0)).toThrow();
    await node.boot();
    await until('it runs again', async () => pids(await node.log(alloc.ID)).length === 2);
  });
});
