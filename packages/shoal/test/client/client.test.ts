import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.ts';
import { aNodeConfig, anAllocation, aRestartPolicy, aService, aTask, jobOf } from './support/builders.ts';
import { aClientWorld, eventTypes } from './support/client-world.ts';
import { exited } from './support/scripted-driver.ts';

describe('a client', () => {
  test('registers as ready and keeps saying so', async () => {
    const world = await aClientWorld();
    const client = await world.boot();
    await client.ready;
    const [node] = [...world.server.nodes.values()];
    expect(node).toMatchObject({
      Name: 'node-1',
      Attributes: { 'driver.scripted': '1', 'unique.network.ip-address': '127.0.0.1' },
    });
    await until('three heartbeats', () => world.server.heartbeats.length >= 3);
  });

  test('registers again when the servers have forgotten it', async () => {
    const world = await aClientWorld();
    await (await world.boot()).ready;
    world.server.nodes.clear();
    await until('registered again', () => world.server.nodes.size === 1);
  });

  test('registers again with what its operator has changed, and only that', async () => {
    const world = await aClientWorld();
    const client = await world.boot();
    await client.ready;
    await client.reload(
      aNodeConfig(world.dataDir, {
        ...{ name: 'other', meta: { rack: 'r9' }, nodeClass: 'small' },
        hostVolumes: { data: { path: '/srv/data', readOnly: false } },
      }),
    );
    await until('registered again', () => [...world.server.nodes.values()][0]?.Meta?.['rack'] === 'r9');
    expect([...world.server.nodes.values()][0]).toMatchObject({
      ...{ Name: 'node-1', NodeClass: 'small' },
      HostVolumes: { data: { Name: 'data', Path: '/srv/data', ReadOnly: false } },
    });
  });

  test('runs what is placed, and stops it when told to', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask()]));
    world.server.put(alloc);
    const running = await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    expect(running.clientDescription).toBe('Tasks are running');
    expect(eventTypes(running)).toEqual(['Received', 'Task Setup', 'Started']);
    world.server.put({ ...alloc, DesiredStatus: 'stop' });
    const complete = await world.reported(alloc.ID, 'is complete', (update) => update.clientStatus === 'complete');
    expect(eventTypes(complete)).toEqual(['Received', 'Task Setup', 'Started', 'Killing', 'Terminated', 'Killed']);
    expect(complete.taskStates['t']).toMatchObject({ State: 'dead', Failed: false, Restarts: 0 });
  });

  test('starts an allocation only when the one it replaces has ended here', async () => {
    const world = await aClientWorld();
    await world.boot();
    const former = anAllocation(jobOf([aTask({ ShutdownDelay: 1_500_000_000 })]));
    world.server.put(former);
    await world.reported(former.ID, 'runs', (update) => update.clientStatus === 'running');
    const next = { ...anAllocation(jobOf([aTask()])), PreviousAllocation: former.ID };
    world.server.put({ ...former, DesiredStatus: 'stop' });
    world.server.put(next);
    await world.reported(next.ID, 'is known', (update) => update.clientStatus === 'pending');
    expect(world.machine.started).toHaveLength(1);
    const running = await world.reported(next.ID, 'runs', (update) => update.clientStatus === 'running');
    const ended = await world.reported(former.ID, 'is complete', (update) => update.clientStatus === 'complete');
    const startedAt = Date.parse(running.taskStates['t']?.StartedAt ?? '');
    expect(startedAt).toBeGreaterThanOrEqual(Date.parse(ended.taskStates['t']?.FinishedAt ?? ''));
  });

  test('removes an allocation that the servers no longer list, with its folder', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask()]));
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    const folder = join(world.dataDir, 'alloc', alloc.ID);
    expect(existsSync(join(folder, 't', 'local'))).toBe(true);
    world.server.remove(alloc.ID);
    await until('the folder is gone', () => !existsSync(folder));
    expect(world.machine.running.size).toBe(0);
  });

  test('loses no status while no server answers', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask({ Config: { exit_after_ms: 150 } })], { Type: 'batch' }));
    world.server.put(alloc);
    await until('it was started', () => world.machine.started.length === 1);
    world.server.cut = true;
    await until('it ended', () => world.machine.running.size === 0);
    world.server.cut = false;
    const complete = await world.reported(alloc.ID, 'is complete', (update) => update.clientStatus === 'complete');
    expect(eventTypes(complete)).toEqual(['Received', 'Task Setup', 'Started', 'Terminated']);
  });

  test('restarts a failing task by its policy, then gives it up', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask({ Config: { exit_after_ms: 1, exit_code: 1 } })]));
    world.server.put(alloc);
    const failed = await world.reported(alloc.ID, 'failed', (update) => update.clientStatus === 'failed');
    expect(failed.taskStates['t']).toMatchObject({ State: 'dead', Failed: true, Restarts: 2 });
    expect(failed.taskStates['t']?.Events.at(-1)?.DisplayMessage).toBe(
      'Exceeded allowed attempts 2 in interval 1m0s and mode is "fail"',
    );
    expect(failed.clientDescription).toBe('Failed tasks');
  });

  test('does not run what has ended before its memory was lost', async () => {
    const world = await aClientWorld();
    const alloc = anAllocation(jobOf([aTask()], { Type: 'batch' }), { ClientStatus: 'complete' });
    world.server.put(alloc);
    await (await world.boot()).ready;
    const other = anAllocation();
    world.server.put(other);
    await world.reported(other.ID, 'runs', (update) => update.clientStatus === 'running');
    expect(world.machine.started.map(({ allocId }) => allocId)).toEqual([other.ID]);
  });

  test('reports an allocation that it cannot run as failed, and goes on', async () => {
    const world = await aClientWorld();
    await world.boot();
    const odd = anAllocation(undefined, { TaskGroup: 'nope' });
    world.server.put(odd);
    const failed = await world.reported(odd.ID, 'failed', (update) => update.clientStatus === 'failed');
    expect(failed.clientDescription).toContain('has no group "nope"');
    const good = anAllocation();
    world.server.put(good);
    await world.reported(good.ID, 'runs', (update) => update.clientStatus === 'running');
  });
});

describe('after the agent was killed', () => {
  test('a running task is found again and nothing is restarted', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask({ Services: [aService({ Name: 'api' })] })]));
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    world.crash();
    await world.boot();
    world.server.put({ ...alloc, DesiredStatus: 'stop' });
    const complete = await world.reported(alloc.ID, 'is complete', (update) => update.clientStatus === 'complete');
    expect(world.machine.started).toHaveLength(1);
    expect(eventTypes(complete)).toEqual(['Received', 'Task Setup', 'Started', 'Killing', 'Terminated', 'Killed']);
    expect(world.registrar.services.size).toBe(0);
  });

  test('an exit that happened meanwhile is known with its code', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask({ RestartPolicy: aRestartPolicy({ Attempts: 0 }) })], { Type: 'batch' }));
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    world.crash();
    const id = world.machine.started[0]?.id ?? '';
    world.machine.end(id, exited(7));
    const gone = world.machine.running.get(id);
    await gone?.exit;
    await world.boot();
    const failed = await world.reported(alloc.ID, 'failed', (update) => update.clientStatus === 'failed');
    expect(failed.taskStates['t']?.Events.find(({ Type }) => Type === 'Terminated')?.ExitCode).toBe(7);
  });

  test.each([
    { name: 'a service task whose end nobody saw is restarted', type: 'service', want: 'running', starts: 2 },
    { name: 'a batch task whose end nobody saw has failed', type: 'batch', want: 'failed', starts: 1 },
  ] as const)('$name', async ({ type, want, starts }) => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf([aTask()], { Type: type }));
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    world.crash();
    world.machine.running.clear();
    await world.boot();
    const update = await world.reported(
      alloc.ID,
      want,
      (latest) => latest.clientStatus === want && eventTypes(latest).length > 3,
    );
    expect(update.taskStates['t']?.Events.find(({ Type }) => Type === 'Terminated')?.DisplayMessage).toContain(
      'unknown',
    );
    expect(world.machine.started).toHaveLength(starts);
  });
});

describe('stop', () => {
  test('keep leaves the tasks running for the next agent', async () => {
    const world = await aClientWorld();
    const first = await world.boot();
    const alloc = anAllocation();
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    await first.stop({ tasks: 'keep' });
    expect(world.machine.running.size).toBe(1);
    await world.boot();
    await world.client.ready;
    expect(world.machine.started).toHaveLength(1);
  });

  test('stop ends the processes; the next agent starts the tasks again', async () => {
    const world = await aClientWorld();
    const first = await world.boot();
    const alloc = anAllocation();
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    await first.stop({ tasks: 'stop' });
    expect(world.machine.running.size).toBe(0);
    await world.boot();
    await until('started again', () => world.machine.running.size === 1);
    const running = await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    expect(running.taskStates['t']?.Restarts).toBe(0);
  });

  test('may be called twice', async () => {
    const world = await aClientWorld();
    const client = await world.boot();
    await Promise.all([client.stop({ tasks: 'keep' }), client.stop({ tasks: 'keep' })]);
  });
});

describe('control', () => {
  test('restart starts the task again without counting against its policy', async () => {
    const world = await aClientWorld();
    const client = await world.boot();
    const alloc = anAllocation(jobOf([aTask({ RestartPolicy: aRestartPolicy({ Attempts: 0 }) })]));
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    expect(await client.control.restart(alloc.ID, '')).toEqual({ kind: 'done' });
    const again = await world.reported(
      alloc.ID,
      'runs again',
      ({ taskStates: { t } }) => t?.Restarts === 1 && t.State === 'running',
    );
    expect(eventTypes(again)).toEqual([
      ...['Received', 'Task Setup', 'Started', 'Restart Signaled', 'Terminated', 'Restarting', 'Started'],
    ]);
  });

  test('refuses what it cannot do', async () => {
    const world = await aClientWorld();
    const client = await world.boot();
    const alloc = anAllocation(jobOf([aTask({ Config: { exit_after_ms: 1 } })], { Type: 'batch' }));
    world.server.put(alloc);
    await world.reported(alloc.ID, 'is complete', (update) => update.clientStatus === 'complete');
    expect(await client.control.restart(alloc.ID, 'zz')).toEqual({ kind: 'unknown-task' });
    expect(await client.control.restart(alloc.ID, 't')).toEqual({ kind: 'not-running' });
    expect(await client.control.signal(alloc.ID, 't', 'SIGHUP')).toEqual({ kind: 'not-running' });
    expect(client.control.allocation('nope')).toBeUndefined();
    expect(await client.control.collect(alloc.ID)).toBe(true);
    expect(existsSync(join(world.dataDir, 'alloc', alloc.ID))).toBe(false);
  });

  test('signals a task, and says how much it uses', async () => {
    const world = await aClientWorld();
    const client = await world.boot();
    const alloc = anAllocation();
    world.server.put(alloc);
    await world.reported(alloc.ID, 'runs', (update) => update.clientStatus === 'running');
    expect(await client.control.signal(alloc.ID, '', 'SIGHUP')).toEqual({ kind: 'done' });
    expect(world.machine.signals.map(({ signal }) => signal)).toEqual(['SIGHUP']);
    expect((await client.control.usage(alloc.ID))['t']?.rssBytes).toBe(1_000_000);
  });
});
