import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExitResult } from '../../../src/client/drivers/driver.ts';
import { isAlive, readStat } from '../../../src/client/supervisor/proc.ts';
import { until } from '../../support/until.ts';
import { aNode, aTask, never } from './harness.ts';

const exited = (exitCode: number, signal = 0): ExitResult => ({ kind: 'exited', exitCode, signal, oomKilled: false });
const pidFrom = (path: string): Promise<number> =>
  until(`a pid in ${path}`, () => (existsSync(path) ? Number(readFileSync(path, 'utf8').trim()) : undefined));

describe('the end of a task', () => {
  const cases: { name: string; script: string; want: ExitResult }[] = [
    { name: 'success', script: 'exit 0', want: exited(0) },
    { name: 'an exit code', script: 'exit 7', want: exited(7) },
    { name: 'a signal', script: 'kill -TERM $$', want: exited(143, 15) },
  ];
  it.each(cases)('is reported: $name', async ({ script, want }) => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, script);
    await supervisor.start(task);
    expect(await supervisor.wait(task.id, never)).toEqual(want);
  });

  it('is known to an agent that was away when it happened', async () => {
    const node = await aNode();
    const before = await node.connect();
    const task = aTask(node, 'sleep 0.2; exit 9');
    const { pid, startTicks } = await before.start(task);
    before.close();
    await until('the task has ended', () => !isAlive(pid, startTicks));
    const after = await node.connect();
    expect(await after.wait(task.id, never)).toEqual(exited(9));
  });

  it('is known until it is forgotten, over a new supervisor too', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'exit 5');
    await supervisor.start(task);
    await supervisor.wait(task.id, never);
    process.kill(supervisor.pid(), 'SIGKILL');
    expect(await supervisor.wait(task.id, never)).toEqual(exited(5));
    await supervisor.forget(task.id);
    await expect(supervisor.wait(task.id, never)).rejects.toMatchObject({ code: 'unknown_task' });
    expect(readdirSync(join(node.dataDir, 'supervisor/tasks'))).toEqual([]);
  });

  it('is learnt only when all output is written', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'head -c 3000000 /dev/zero; echo end');
    await supervisor.start(task);
    await supervisor.wait(task.id, never);
    expect(statSync(join(node.logDir, 't.stdout.0')).size).toBe(3_000_004);
    expect(readdirSync(node.logDir).sort()).toEqual(['t.stderr.0', 't.stdout.0']);
  });
});

describe('a start', () => {
  it('that fails says why and leaves nothing behind', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, '', { command: '/no/such/program' });
    const failure = { code: 'spawn_failed', message: expect.stringContaining('/no/such/program: no such file') };
    await expect(supervisor.start(task)).rejects.toMatchObject(failure);
    expect(await supervisor.list()).toEqual([]);
    expect(readdirSync(node.logDir).filter((name) => name.endsWith('.fifo'))).toEqual([]);
  });

  it('repeated with the same id starts nothing', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'sleep 600');
    const [first, second] = await Promise.all([supervisor.start(task), supervisor.start(task)]);
    expect(second).toEqual(first);
  });

  it('with another id ends the start of the same task that nobody knows of', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const lost = aTask(node, 'sleep 600');
    const { pid, startTicks } = await supervisor.start(lost);
    const { pid: next } = await supervisor.start({ ...lost, id: `${lost.id}-again` });
    expect(isAlive(pid, startTicks)).toBe(false);
    expect(readStat(next)).toBeDefined();
  });

  it('gives the task its environment and no other, its folder, and a session of its own', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'env | sort; pwd', { env: { PATH: '/bin:/usr/bin', MINE: 'a b' } });
    const { pid } = await supervisor.start(task);
    expect(readStat(pid)?.session ?? pid).toBe(pid);
    await supervisor.wait(task.id, never);
    const lines = readFileSync(join(node.logDir, 't.stdout.0'), 'utf8').trim().split('\n');
    const own = lines.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line));
    expect(own).toEqual([
      'MINE=a b',
      `NOMAD_ALLOC_ID=${task.allocId}`,
      'NOMAD_TASK_NAME=t',
      'PATH=/bin:/usr/bin',
      node.logDir,
    ]);
  });
});

describe('a stop', () => {
  it('lets a task end by itself when it gets its signal', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, "trap 'echo got-int; exit 0' INT; echo ready; while :; do sleep 0.05; done");
    await supervisor.start(task);
    await until('it is ready', () => readFileSync(join(node.logDir, 't.stdout.0'), 'utf8') === 'ready\n');
    await supervisor.stop({ id: task.id, signal: 'SIGINT', timeoutMs: 10_000 });
    expect(await supervisor.wait(task.id, never)).toEqual(exited(0));
    expect(readFileSync(join(node.logDir, 't.stdout.0'), 'utf8')).toBe('ready\ngot-int\n');
  });

  it('kills a task that ignores it', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, "trap '' INT TERM; echo ready; while :; do sleep 0.05; done");
    await supervisor.start(task);
    await until('it is ready', () => readFileSync(join(node.logDir, 't.stdout.0'), 'utf8') === 'ready\n');
    const from = performance.now();
    await supervisor.stop({ id: task.id, signal: 'SIGINT', timeoutMs: 300 });
    expect(await supervisor.wait(task.id, never)).toEqual(exited(137, 9));
    expect(performance.now() - from).toBeGreaterThanOrEqual(290);
  });

  it('leaves children of the task the time that the task has', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const child = "trap 'sleep 0.3; echo drained; exit 0' TERM; echo ready; while :; do sleep 0.05; done";
    const task = aTask(node, `sh -c "${child.replaceAll('"', '\\"')}" & wait`);
    await supervisor.start(task);
    await until('it is ready', () => readFileSync(join(node.logDir, 't.stdout.0'), 'utf8') === 'ready\n');
    await supervisor.stop({ id: task.id, signal: 'SIGTERM', timeoutMs: 10_000 });
    expect(readFileSync(join(node.logDir, 't.stdout.0'), 'utf8')).toBe('ready\ndrained\n');
  });
});

describe('what a task started ends with it', () => {
  const escapees: { name: string; start: string }[] = [
    { name: 'a child in the background', start: 'sleep 601 & echo $! > child' },
    {
      name: 'a child that ignores signals',
      start: 'sh -c \'trap "" INT TERM HUP; echo $$ > child; while :; do sleep 0.1; done\' &',
    },
    {
      name: 'setsid nohup, twice forked',
      start: "(setsid nohup sh -c 'echo $$ > child; exec sleep 601' >/dev/null 2>&1 &)",
    },
  ];
  const ends: { name: string; script: string; stop: boolean }[] = [
    { name: 'when it is stopped', script: 'sleep 600', stop: true },
    { name: 'when it ends by itself', script: 'exit 0', stop: false },
  ];
  const table = escapees.flatMap((escapee) => ends.map((end) => ({ escapee, end })));
  it.each(table)('$escapee.name, $end.name', async ({ escapee, end }) => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, `${escapee.start}\nwhile [ ! -s child ]; do sleep 0.02; done; ${end.script}`);
    await supervisor.start(task);
    const child = await pidFrom(join(node.logDir, 'child'));
    if (end.stop) await supervisor.stop({ id: task.id, signal: 'SIGINT', timeoutMs: 200 });
    else await supervisor.wait(task.id, never);
    const row = readStat(child);
    expect(row === undefined || row.state === 'Z').toBe(true);
  });

  it('and a stranger with the same look does not', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const one = aTask(node, 'sleep 600');
    const other = aTask(node, 'sleep 600', { allocId: one.allocId, task: 'u' });
    await supervisor.start(one);
    const { pid, startTicks } = await supervisor.start(other);
    await supervisor.stop({ id: one.id, signal: 'SIGINT', timeoutMs: 1000 });
    expect(isAlive(pid, startTicks)).toBe(true);
  });
});

describe('a supervisor that is killed', () => {
  it('leaves its tasks running, and the next one goes on with their logs without a gap', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'i=0; while [ $i -lt 150 ]; do i=$((i+1)); echo $i; sleep 0.01; done; sleep 600');
    const { pid, startTicks } = await supervisor.start(task);
    const path = join(node.logDir, 't.stdout.0');
    const lines = (): string[] => readFileSync(path, 'utf8').trim().split('\n');
    for (const enough of [20, 60]) {
      await until(`${enough} lines`, () => lines().length > enough);
      const old = supervisor.pid();
      process.kill(old, 'SIGKILL');
      await until('another supervisor', () => supervisor.pid() !== old);
      expect(isAlive(pid, startTicks)).toBe(true);
    }
    await until('the last line', () => lines().length >= 150);
    expect(lines()).toEqual(Array.from({ length: 150 }, (_, index) => String(index + 1)));
  });

  it('makes the end of a task unknown that ends under the next one', async () => {
    const node = await aNode();
    const supervisor = await node.connect();
    const task = aTask(node, 'while [ ! -e go ]; do sleep 0.02; done; echo bye; exit 3');
    await supervisor.start(task);
    const old = supervisor.pid();
    process.kill(old, 'SIGKILL');
    await until('another supervisor', () => supervisor.pid() !== old);
    const ended = supervisor.wait(task.id, never);
    writeFileSync(join(node.logDir, 'go'), '');
    expect(await ended).toMatchObject({ kind: 'unknown' });
    expect(readFileSync(join(node.logDir, 't.stdout.0'), 'utf8')).toBe('bye\n');
  });

  it('together with its agent: tasks go on, can be stopped, and take escapees with them', async () => {
    const node = await aNode();
    const first = await node.connect();
    const task = aTask(node, "(setsid nohup sh -c 'echo $$ > child; exec sleep 601' >/dev/null 2>&1 &) ; sleep 600");
    const { pid, startTicks } = await first.start(task);
    const child = await pidFrom(join(node.logDir, 'child'));
    const killed = first.pid();
    first.close();
    process.kill(killed, 'SIGKILL');
    await until('it is gone', () => readStat(killed) === undefined);
    expect(isAlive(pid, startTicks)).toBe(true);
    const second = await node.connect();
    expect(await second.status(task.id)).toMatchObject({ pid, state: 'running' });
    await second.stop({ id: task.id, signal: 'SIGINT', timeoutMs: 5000 });
    expect([isAlive(pid, startTicks), readStat(child)?.state ?? 'Z']).toEqual([false, 'Z']);
  });

  it('and tasks that end while none runs are swept and unknown', async () => {
    const node = await aNode();
    const first = await node.connect();
    const task = aTask(node, "(setsid nohup sh -c 'echo $$ > child; exec sleep 601' >/dev/null 2>&1 &) ; sleep 600");
    const { pid, startTicks } = await first.start(task);
    const child = await pidFrom(join(node.logDir, 'child'));
    const killed = first.pid();
    first.close();
    process.kill(killed, 'SIGKILL');
    process.kill(pid, 'SIGKILL');
    await until('both are gone', () => readStat(killed) === undefined && !isAlive(pid, startTicks));
    const second = await node.connect();
    expect(await second.wait(task.id, never)).toMatchObject({ kind: 'unknown' });
    expect(readStat(child)?.state ?? 'Z').toBe('Z');
  });
});
