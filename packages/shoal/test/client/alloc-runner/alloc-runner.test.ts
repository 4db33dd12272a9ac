import type { Task, TaskGroup, UpdateStrategy } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { until } from '../../support/until.ts';
import { aCheck, anAllocation, aRestartPolicy, aService, aTask, jobOf } from '../support/builders.ts';
import { aClientWorld, type ClientWorld, eventTypes } from '../support/client-world.ts';
import { exited } from '../support/scripted-driver.ts';

const update = (changes: Partial<UpdateStrategy> = {}): UpdateStrategy => ({
  Stagger: 0,
  MaxParallel: 1,
  HealthCheck: 'task_states',
  MinHealthyTime: 0.05e9,
  HealthyDeadline: 20e9,
  ProgressDeadline: 30e9,
  AutoRevert: false,
  AutoPromote: false,
  Canary: 0,
  ...changes,
});

const hook = (Name: string, Hook: 'prestart' | 'poststart' | 'poststop', changes: Partial<Task> = {}) =>
  aTask({ Name, Lifecycle: { Hook, Sidecar: false }, Config: { exit_after_ms: 20 }, ...changes });

const startedTasks = (world: ClientWorld) => world.machine.started.map(({ task }) => task);
const taskEnds = (world: ClientWorld) => world.machine.signals.map(({ id }) => id.split('/')[1]);

async function running(
  tasks: Task[],
  group: Partial<TaskGroup> = {},
  changes: Parameters<typeof anAllocation>[1] = {},
) {
  const world = await aClientWorld();
  await world.boot();
  const alloc = anAllocation(jobOf(tasks, {}, group), changes);
  world.server.put(alloc);
  await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
  return { world, alloc };
}

describe('the lifecycle of a group', () => {
  test('prestart before main, poststart after it, poststop last', async () => {
    const sidecar = aTask({ Name: 'proxy', Lifecycle: { Hook: 'prestart', Sidecar: true } });
    const tasks = [
      hook('bye', 'poststop'),
      hook('hello', 'poststart'),
      aTask({ Name: 'main' }),
      sidecar,
      hook('init', 'prestart'),
    ];
    const { world, alloc } = await running(tasks);
    await until('hello was started', () => startedTasks(world).includes('hello'));
    expect(startedTasks(world).slice(0, 2).sort()).toEqual(['init', 'proxy']);
    expect(startedTasks(world).slice(2)).toEqual(['main', 'hello']);
    await world.reported(alloc.ID, 'has said hello', ({ taskStates }) => taskStates['hello']?.State === 'dead');
    world.server.put({ ...alloc, DesiredStatus: 'stop' });
    const end = await world.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(startedTasks(world).at(-1)).toBe('bye');
    expect(taskEnds(world)).toEqual(['main', 'proxy']);
    expect(eventTypes(end, 'proxy')).not.toContain('Main Tasks Dead');
  });

  test('one that has run for as long as it may is complete, and nothing of it runs after its end', async () => {
    const tasks = [aTask({ Name: 'main' }), hook('bye', 'poststop')];
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation(jobOf(tasks, {}, { MaxRunDuration: 1e9 }));
    world.server.put(alloc);
    const end = await world.reported(alloc.ID, 'is over', ({ clientStatus }) => clientStatus === 'complete');
    expect(end.clientDescription).toBe('allocation exceeded max_run_duration');
    expect(startedTasks(world)).toEqual(['main']);
    expect(end.taskStates['main']).toMatchObject({ State: 'dead', Failed: false });
  });

  test('a failed prestart task ends the rest before it began', async () => {
    const world = await aClientWorld();
    await world.boot();
    const init = hook('init', 'prestart', {
      Config: { exit_after_ms: 1, exit_code: 1 },
      RestartPolicy: aRestartPolicy({ Attempts: 0 }),
    });
    const alloc = anAllocation(jobOf([init, aTask({ Name: 'main' })]));
    world.server.put(alloc);
    const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
    expect(startedTasks(world)).toEqual(['init']);
    expect(eventTypes(failed, 'main')).toEqual(['Received', 'Sibling Task Failed']);
    expect(failed.taskStates['main']).toMatchObject({ State: 'dead', Failed: false, StartedAt: null });
  });

  test('a failed task takes its siblings with it, and only then is the allocation failed', async () => {
    const weak = aTask({
      Name: 'weak',
      Config: { exit_after_ms: 50, exit_code: 3 },
      RestartPolicy: aRestartPolicy({ Attempts: 0 }),
    });
    const { world, alloc } = await running([weak, aTask({ Name: 'strong' })]);
    const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
    expect(eventTypes(failed, 'strong')).toEqual([
      ...['Received', 'Task Setup', 'Started', 'Sibling Task Failed', 'Killing', 'Terminated', 'Killed'],
    ]);
    expect(world.server.updates.filter(({ clientStatus }) => clientStatus === 'failed')).toHaveLength(1);
  });

  test('the leader goes first, and its end is the end of all', async () => {
    const { world, alloc } = await running([
      aTask({ Name: 'log' }),
      aTask({ Name: 'lead', Leader: true, RestartPolicy: aRestartPolicy({ Attempts: 0 }) }),
    ]);
    await until('both run', () => world.machine.running.size === 2);
    world.server.put({ ...alloc, DesiredStatus: 'stop' });
    await world.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(taskEnds(world)).toEqual(['lead', 'log']);
  });

  test('a sidecar ends when the main task of a batch job is done', async () => {
    const world = await aClientWorld();
    await world.boot();
    const sidecar = aTask({ Name: 'proxy', Lifecycle: { Hook: 'prestart', Sidecar: true } });
    const alloc = anAllocation(
      jobOf([aTask({ Name: 'main', Config: { exit_after_ms: 60 } }), sidecar], { Type: 'batch' }),
    );
    world.server.put(alloc);
    const end = await world.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(eventTypes(end, 'proxy')).toContain('Main Tasks Dead');
  });
});

describe('services', () => {
  const ofTask = aTask({ Services: [aService({ Name: 'own' })] });
  const group = { Services: [aService({ Name: 'ours' })] };
  const names = (world: ClientWorld) => [...world.registrar.services.values()].map(({ name }) => name).sort();

  test('are announced when the task runs, and taken back before it is told to end', async () => {
    const { world, alloc } = await running([ofTask], group);
    await until('announced', () => names(world).length === 2);
    world.server.put({ ...alloc, DesiredStatus: 'stop' });
    await until('taken back', () => names(world).length === 0);
    expect(world.machine.signals).toEqual([]);
    await world.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
  });

  test('are taken back over a restart by a user, and announced again', async () => {
    const { world, alloc } = await running([ofTask], group);
    await until('announced', () => names(world).length === 2);
    await world.client.control.restart(alloc.ID, 't');
    await until('taken back', () => names(world).length === 0);
    expect(world.machine.started).toHaveLength(1);
    await until('announced again', () => names(world).length === 2);
    expect(world.machine.started).toHaveLength(2);
  });

  test('are taken back when the task falls, until it runs again', async () => {
    const { world } = await running([{ ...ofTask, RestartPolicy: aRestartPolicy({ Delay: 0.3e9 }) }], group);
    await until('announced', () => names(world).length === 2);
    world.machine.end(world.machine.started[0]?.id ?? '', exited(1));
    await until('taken back', () => names(world).length === 0);
    await until('announced again', () => names(world).length === 2);
  });

  test('follow a change in place, and leave nothing behind', async () => {
    const { world, alloc } = await running([ofTask], group);
    await until('announced', () => names(world).length === 2);
    const next = jobOf(
      [aTask({ Services: [aService({ Name: 'renamed' })] })],
      {},
      { Services: [aService({ Name: 'ours', Tags: ['v2'] })] },
    );
    world.server.put({ ...alloc, Job: next });
    await until('renamed', () => names(world).join() === 'ours,renamed');
    await until('tagged', () => [...world.registrar.services.values()].some(({ tags }) => tags.includes('v2')));
    world.server.put({ ...alloc, Job: next, DesiredStatus: 'stop' });
    await world.reported(alloc.ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
    expect(names(world)).toEqual([]);
    expect(world.machine.started).toHaveLength(1);
  });

  test('of an allocation that ended while no agent was there are taken back by the next', async () => {
    const { world, alloc } = await running([ofTask], group);
    await until('announced', () => names(world).length === 2);
    world.crash();
    world.server.remove(alloc.ID);
    world.machine.end(world.machine.started[0]?.id ?? '', exited(0));
    await world.boot();
    await until('taken back', () => names(world).length === 0);
  });

  test('that name a port which is not there are shown as an event, and the task runs', async () => {
    const { world, alloc } = await running([aTask()], { Services: [aService({ PortLabel: 'nope' })] });
    const shown = await world.reported(alloc.ID, 'says so', (latest) =>
      eventTypes(latest).includes('Task hook failed'),
    );
    expect(shown.clientStatus).toBe('running');
    expect(shown.taskStates['t']?.Events.at(-1)?.DisplayMessage).toContain('there is no port "nope"');
  });
});

describe('the health of a deployment', () => {
  const inDeployment = { DeploymentID: 'd1' };

  test('is good after min_healthy_time', async () => {
    const { world, alloc } = await running([aTask()], { Update: update() }, inDeployment);
    const judged = await world.reported(alloc.ID, 'is judged', ({ deploymentHealthy }) => deploymentHealthy !== null);
    expect(judged.deploymentHealthy?.healthy).toBe(true);
  });

  test('waits for the checks', async () => {
    const service = aService({ Name: 'own', PortLabel: '80', Checks: [aCheck()] });
    const { world, alloc } = await running(
      [aTask({ Services: [service] })],
      { Update: update({ HealthCheck: 'checks' }) },
      inDeployment,
    );
    const id = await until('announced', () => [...world.registrar.services.keys()][0]);
    expect(world.server.latest(alloc.ID)?.deploymentHealthy).toBeNull();
    world.registrar.setStatus(id, 'passing');
    const judged = await world.reported(alloc.ID, 'is judged', ({ deploymentHealthy }) => deploymentHealthy !== null);
    expect(judged.deploymentHealthy?.healthy).toBe(true);
  });

  test('is bad when a task has failed, and says why', async () => {
    const world = await aClientWorld();
    await world.boot();
    const weak = aTask({ Config: { exit_after_ms: 1, exit_code: 1 }, RestartPolicy: aRestartPolicy({ Attempts: 0 }) });
    const alloc = anAllocation(jobOf([weak], {}, { Update: update({ MinHealthyTime: 10e9 }) }), inDeployment);
    world.server.put(alloc);
    const judged = await world.reported(alloc.ID, 'is judged', ({ deploymentHealthy }) => deploymentHealthy !== null);
    expect(judged.deploymentHealthy?.healthy).toBe(false);
    expect(eventTypes(judged)).toEqual([
      'Received',
      'Task Setup',
      'Started',
      'Terminated',
      'Not Restarting',
      'Alloc Unhealthy',
    ]);
  });

  test('is bad at the deadline', async () => {
    const service = aService({ Name: 'own', PortLabel: '80', Checks: [aCheck()] });
    const group = { Update: update({ HealthCheck: 'checks', HealthyDeadline: 0.2e9 }) };
    const { world, alloc } = await running([aTask({ Services: [service] })], group, inDeployment);
    const judged = await world.reported(alloc.ID, 'is judged', ({ deploymentHealthy }) => deploymentHealthy !== null);
    expect(judged.taskStates['t']?.Events.at(-1)?.Message).toBe('Services not healthy by deadline');
  });

  test('is judged once, also over a restart of the agent, and anew for another deployment', async () => {
    const { world, alloc } = await running([aTask()], { Update: update() }, inDeployment);
    const first = await world.reported(alloc.ID, 'is judged', ({ deploymentHealthy }) => deploymentHealthy !== null);
    expect(first.deploymentHealthy).toEqual({ healthy: true, deploymentId: 'd1' });
    world.crash();
    await world.boot();
    world.server.put({ ...alloc, DeploymentID: 'd2' });
    const second = await world.reported(
      alloc.ID,
      'is judged anew',
      ({ deploymentHealthy: health }) => health?.deploymentId === 'd2',
    );
    expect(second.deploymentHealthy?.healthy).toBe(true);
    expect(world.machine.started).toHaveLength(1);
  });
});

describe('what cannot be started', () => {
  test.each([
    {
      name: 'a driver that fails',
      task: { Config: { start_error: 'no such program' } },
      want: ['Driver Failure', 'no such program'],
    },
    {
      name: 'a driver that is not there',
      task: { Driver: 'qemu' },
      want: ['Driver Failure', 'this node has no driver "qemu"; it has: scripted'],
    },
    {
      name: 'a mistake in the configuration',
      task: { Config: { mistake: 'command is missing' } },
      want: ['Failed Validation', 'task "t": command is missing'],
    },
    {
      name: 'an artifact that leaves the folder',
      task: {
        Artifacts: [
          {
            GetterSource: 'http://127.0.0.1:1/x',
            GetterOptions: null,
            GetterHeaders: null,
            GetterMode: 'any',
            RelativeDest: '../../etc/x',
          },
        ],
      },
      want: ['Failed Artifact Download', "leads out of the task's directory"],
    },
  ] as { name: string; task: Partial<Task>; want: [string, string] }[])(
    '$name: an event says it, and the node goes on',
    async ({ task, want }) => {
      const world = await aClientWorld();
      await world.boot();
      const alloc = anAllocation(jobOf([aTask(task)]));
      world.server.put(alloc);
      const failed = await world.reported(alloc.ID, 'failed', ({ clientStatus }) => clientStatus === 'failed');
      const event = failed.taskStates['t']?.Events.find(({ Type }) => Type === want[0]);
      expect(event?.DisplayMessage).toContain(want[1]);
      expect(eventTypes(failed).at(-1)).toBe('Not Restarting');
      const good = anAllocation();
      world.server.put(good);
      await world.reported(good.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    },
  );

  test('a start that was told to nobody is found again and not run twice', async () => {
    const world = await aClientWorld();
    await world.boot();
    const alloc = anAllocation();
    const start = world.machine.running.set.bind(world.machine.running);
    // The agent dies when the driver has started the task and before it could say so.
    world.machine.running.set = (id, task) => {
      world.crash();
      return start(id, task);
    };
    world.server.put(alloc);
    await until('started', () => world.machine.running.size === 1);
    world.machine.running.set = start;
    await world.boot();
    const found = await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
    expect(world.machine.started).toHaveLength(1);
    expect(eventTypes(found)).toEqual(['Received', 'Task Setup', 'Started']);
  });
});

test('a catalog that does not answer holds up no end', async () => {
  const { world, alloc } = await running([aTask()]);
  const services = [aService({ Name: 'late' })];
  const { registrar } = world;
  const register = registrar.register;
  registrar.register = async (service) => {
    await register(service);
    await new Promise(() => undefined);
  };
  const late = anAllocation(jobOf([aTask()], {}, { Services: services }));
  const own = anAllocation(jobOf([aTask({ Services: services })]));
  for (const each of [late, own]) world.server.put(each);
  await until('the services are being announced', () => registrar.services.size === 2);
  for (const each of [late, own]) world.server.put({ ...each, DesiredStatus: 'stop' });
  for (const { ID } of [late, own])
    await world.reported(ID, 'is complete', ({ clientStatus }) => clientStatus === 'complete');
  expect(world.server.latest(alloc.ID)?.clientStatus).toBe('running');
});
