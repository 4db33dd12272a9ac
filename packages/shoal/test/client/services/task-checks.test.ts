import type { TaskGroup } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import type { AllocationUpdate } from '../../../src/client/server-connection.ts';
import { until } from '../../support/until.ts';
import { aCheck, anAllocation, aRestartPolicy, aService, aTask, jobOf } from '../support/builders.ts';
import { aClientWorld } from '../support/client-world.ts';

const aScript = (changes: Parameters<typeof aCheck>[0] = {}) =>
  aCheck({
    Type: 'script',
    Name: 'ready',
    Command: '/bin/ready',
    Args: ['${NOMAD_TASK_NAME}'],
    Interval: 50e6,
    ...changes,
  });

async function placed(tasks: ReturnType<typeof aTask>[], group: Partial<TaskGroup> = {}) {
  const world = await aClientWorld();
  await world.boot();
  const alloc = anAllocation(jobOf(tasks, {}, group));
  world.server.put(alloc);
  await world.reported(alloc.ID, 'runs', ({ clientStatus }) => clientStatus === 'running');
  const checks = () => [...world.registrar.services.values()].flatMap((service) => service.checks);
  return {
    world,
    alloc,
    reported: (what: string, condition: (update: AllocationUpdate) => boolean) =>
      world.reported(alloc.ID, what, condition),
    check: () => until('the check is registered', () => checks()[0]),
  };
}

describe('script checks', () => {
  test('run inside of their task, again and again, and report', async () => {
    const node = await placed([aTask({ Services: [aService({ PortLabel: '80', Checks: [aScript()] })] })]);
    await until('it was run several times', () => node.world.machine.commands.length > 2);
    expect(node.world.machine.commands[0]?.command).toEqual(['/bin/ready', 't']);
    const { id, type } = await node.check();
    expect(type).toBe('ttl');
    expect(node.world.registrar.reports).toContain(`${id} passing said`);
  });

  test('warn with exit code 1', async () => {
    const check = aScript({ Command: 'false', Args: null });
    const node = await placed([aTask({ Services: [aService({ PortLabel: '80', Checks: [check] })] })]);
    const { id } = await node.check();
    await until('it warns', () => node.world.registrar.reports.includes(`${id} warning said`));
  });

  test('of a group run in the task that they name', async () => {
    const service = aService({ PortLabel: '80', Checks: [aScript({ TaskName: 'b' })] });
    const node = await placed([aTask({ Name: 'a' }), aTask({ Name: 'b' })], { Services: [service] });
    await until('it was run', () => node.world.machine.commands.length > 0);
    expect(node.world.machine.commands.every(({ id }) => id.includes('/b/'))).toBe(true);
    const { id } = await node.check();
    await until('it reports', () => node.world.registrar.reports.includes(`${id} passing said`));
  });

  test('end with their task', async () => {
    const node = await placed([aTask({ Services: [aService({ PortLabel: '80', Checks: [aScript()] })] })]);
    await until('it was run', () => node.world.machine.commands.length > 0);
    node.world.server.put({ ...node.alloc, DesiredStatus: 'stop' });
    await node.reported('ends', ({ clientStatus }) => clientStatus === 'complete');
    const count = node.world.machine.commands.length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(node.world.machine.commands).toHaveLength(count);
  });
});

describe('check_restart', () => {
  const failing = (task = '') =>
    aService({
      PortLabel: '80',
      Checks: [
        aCheck({
          ...{ Type: 'tcp', Name: 'up', Interval: 20e6, TaskName: task },
          CheckRestart: { Limit: 2, Grace: 50e6, IgnoreWarnings: false },
        }),
      ],
    });

  test('restarts a task whose check keeps failing, as its restart policy has it', async () => {
    const policy = aRestartPolicy({ Attempts: 1 });
    const node = await placed([aTask({ Services: [failing()], RestartPolicy: policy })]);
    const { taskStates } = await node.reported('fails', ({ clientStatus }) => clientStatus === 'failed');
    const events = taskStates['t']?.Events.map(({ Type, DisplayMessage }) => `${Type}: ${DisplayMessage}`) ?? [];
    expect(taskStates['t']?.Restarts).toBe(1);
    expect(events.filter((event) => event === 'Restart Signaled: healthcheck: check "up" unhealthy')).toHaveLength(2);
    expect(events.at(-1)).toContain('Not Restarting: Exceeded allowed attempts');
  });

  test('leaves a task alone whose check passes in time', async () => {
    const node = await placed([aTask({ Services: [failing()] })]);
    const { id } = await node.check();
    node.world.registrar.setCheck(id, 'passing');
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(node.world.server.latest(node.alloc.ID)?.taskStates['t']?.Restarts).toBe(0);
  });

  test.each([
    { name: 'the task that a group check names', task: 'b', want: ['b'] },
    { name: 'all tasks where it names none', task: '', want: ['a', 'b'] },
  ])('restarts $name', async ({ task, want }) => {
    const node = await placed([aTask({ Name: 'a' }), aTask({ Name: 'b' })], { Services: [failing(task)] });
    const { taskStates } = await node.reported('restarts', (update) =>
      want.every((name) => update.taskStates[name]?.Restarts === 1),
    );
    const restarted = Object.entries(taskStates).filter(([, state]) => state.Restarts > 0);
    expect(restarted.map(([name]) => name)).toEqual(want);
  });
});
