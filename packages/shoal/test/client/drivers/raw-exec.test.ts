import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Driver, TaskSpec } from '../../../src/client/drivers/driver.ts';
import { rawExec } from '../../../src/client/drivers/raw-exec.ts';
import { rawExecSettings } from '../../../src/client/drivers/raw-exec-settings.ts';
import { until } from '../../support/until.ts';
import { aNode, type Node, never } from '../supervisor/harness.ts';
import { aTaskSpec, shell } from './harness.ts';
import { userOf } from './session-user.ts';

async function aDriver(): Promise<{ node: Node; driver: Driver }> {
  const node = await aNode();
  return {
    node,
    driver: rawExec({ supervisor: await node.connect(), enabled: true, hostEnv: { PATH: '/usr/bin:/bin' } }),
  };
}
async function aDriverWith(plugin: Record<string, unknown>): Promise<{ node: Node; driver: Driver }> {
  const node = await aNode();
  const { settings } = rawExecSettings({ plugin });
  const hostEnv = { PATH: '/usr/bin:/bin', HOST_TOKEN: 'x' };
  return { node, driver: rawExec({ supervisor: await node.connect(), enabled: true, settings, hostEnv }) };
}
const stdout = (spec: TaskSpec): string => readFileSync(join(spec.dirs.logDir, 't.stdout.0'), 'utf8');

describe('the config', () => {
  const driver = rawExec({ supervisor: {} as never, enabled: true });
  const cases: { name: string; config: Record<string, unknown>; want: string[] }[] = [
    { name: 'command and args', config: { command: 'x', args: ['a', 1, true] }, want: [] },
    { name: 'no args', config: { command: 'x' }, want: [] },
    { name: 'no command', config: {}, want: ['The argument "command" is required, but no definition was found'] },
    {
      name: 'an unknown key',
      config: { command: 'x', comand: 'y' },
      want: [
        'No argument or block type is named "comand"; raw_exec takes "command", "args", "work_dir", "oom_score_adj"',
      ],
    },
    {
      name: 'a command that is no text',
      config: { command: ['x'] },
      want: ['"command" must be a text that is not empty'],
    },
    { name: 'a folder and a likelihood', config: { command: 'x', work_dir: '/srv', oom_score_adj: 500 }, want: [] },
    {
      name: 'a folder that is not absolute',
      config: { command: 'x', work_dir: 'srv' },
      want: ['"work_dir" must be an absolute path'],
    },
    {
      name: 'a likelihood that only root could set',
      config: { command: 'x', oom_score_adj: -1 },
      want: ['"oom_score_adj" must be a whole number from 0 to 1000'],
    },
    {
      name: 'a group of its own',
      config: { command: 'x', cgroup_v2_override: 'a.slice' },
      want: ['"cgroup_v2_override" is not supported: a task ends with all that is in its own group, and so has one'],
    },
    { name: 'args that are no list', config: { command: 'x', args: 'a b' }, want: ['"args" must be a list of texts'] },
  ];
  it.each(cases)('$name', ({ config, want }) => {
    expect(driver.validate(config)).toEqual(want);
  });
});

describe('the fingerprint', () => {
  const cases = [
    {
      enabled: true,
      want: { Attributes: { 'driver.raw_exec': 'true' }, Detected: true, Healthy: true, HealthDescription: 'Healthy' },
    },
    { enabled: false, want: { Attributes: {}, Detected: false, Healthy: false, HealthDescription: 'disabled' } },
  ];
  it.each(cases)('enabled: $enabled', async ({ enabled, want }) => {
    expect(await rawExec({ supervisor: {} as never, enabled }).fingerprint()).toMatchObject(want);
  });
});

describe('raw_exec', () => {
  it('runs a program where the job says, as likely to be ended for want of memory as it says, and commands beside it there', async () => {
    const { node, driver } = await aDriver();
    const folder = join(node.dataDir, 'srv');
    mkdirSync(folder);
    const config = shell('pwd; cat /proc/self/oom_score_adj; exec sleep 60');
    const spec = aTaskSpec(node.dataDir, { ...config, work_dir: folder, oom_score_adj: 700 });
    const handle = await driver.start(spec);
    await until('it has said where it is', () => stdout(spec) === `${folder}\n700\n`);
    const beside = await driver.exec?.(handle, { command: ['pwd'], task: spec, signal: never });
    expect(beside?.output.trim()).toBe(folder);
    await driver.stop(handle, { killSignal: 'SIGTERM', killTimeoutMs: 5_000 });
  });

  it('does not run a program in a folder that is not there', async () => {
    const { node, driver } = await aDriver();
    const spec = aTaskSpec(node.dataDir, { ...shell('true'), work_dir: join(node.dataDir, 'none') });
    await expect(driver.start(spec)).rejects.toThrow('is no folder of this machine');
  });

  it('runs a program in the task folder with its environment and the PATH, and tells how it ended', async () => {
    const { node, driver } = await aDriver();
    const spec = aTaskSpec(node.dataDir, shell('pwd; echo "$MINE $PATH"; exit 4'), { env: { MINE: 'x' } });
    const handle = await driver.start(spec);
    expect(await driver.wait(handle, never)).toEqual({ kind: 'exited', exitCode: 4, signal: 0, oomKilled: false });
    expect(stdout(spec)).toBe(`${spec.dirs.taskDir}\nx /usr/bin:/bin\n`);
    expect(await driver.recover(handle)).toBe(true);
    await driver.forget(handle);
    expect(await driver.recover(handle)).toBe(false);
    expect(await driver.wait(handle, never)).toMatchObject({ kind: 'unknown' });
  });

  it('runs what an artifact brought, and makes it executable', async () => {
    const { node, driver } = await aDriver();
    const spec = aTaskSpec(node.dataDir, { command: 'hello', args: ['world'] });
    writeFileSync(join(spec.dirs.localDir, 'hello'), '#!/bin/sh\necho "hello $1"\n', { mode: 0o644 });
    const handle = await driver.start(spec);
    await driver.wait(handle, never);
    expect(stdout(spec)).toBe('hello world\n');
  });

  const failures: { name: string; config: Record<string, unknown>; user?: string; want: string }[] = [
    {
      name: 'a missing absolute program',
      config: { command: '/no/such/program' },
      want: 'failed to launch command with executor: /no/such/program: no such file',
    },
    {
      name: 'a name that is nowhere',
      config: { command: 'no-such-program' },
      want: `failed to launch command with executor: "no-such-program" is not in the task's local/ folder, the task folder or PATH`,
    },
    {
      name: 'not a program',
      config: { command: '/etc/passwd' },
      want: 'failed to launch command with executor: /etc/passwd: permission denied',
    },
    {
      name: 'an unknown key',
      config: { command: 'sh', x: 1 },
      want: 'failed to parse config: No argument or block type is named "x"',
    },
    {
      name: 'an unknown user',
      config: { command: 'sh' },
      user: 'nobody-of-that-name',
      want: 'unknown user "nobody-of-that-name"',
    },
  ];
  it.each(failures)('cannot start $name, and says so', async ({ config, user, want }) => {
    const { node, driver } = await aDriver();
    const start = driver.start(aTaskSpec(node.dataDir, config, { user: user ?? '' }));
    await expect(start).rejects.toMatchObject({ code: 'driver', message: expect.stringContaining(want) });
  });

  it('ends a task by its signal, and by force', async () => {
    const { node, driver } = await aDriver();
    const spec = aTaskSpec(node.dataDir, shell("trap '' INT; echo ready; while :; do sleep 0.05; done"));
    const handle = await driver.start(spec);
    await until('it is ready', () => stdout(spec) === 'ready\n');
    await driver.stop(handle, { killSignal: 'SIGINT', killTimeoutMs: 100 });
    expect(await driver.wait(handle, never)).toMatchObject({ exitCode: 137, signal: 9 });
    await driver.stop(handle, { killSignal: 'SIGINT', killTimeoutMs: 100 });
  });

  it('signals a task; a name that no signal has interrupts it', async () => {
    const { node, driver } = await aDriver();
    const spec = aTaskSpec(
      node.dataDir,
      shell("trap 'echo int' INT; trap 'echo hup; exit 0' HUP; echo ready; while :; do sleep 0.05; done"),
    );
    const handle = await driver.start(spec);
    await until('it is ready', () => stdout(spec) === 'ready\n');
    await driver.signal(handle, 'SIGFROB');
    await until('it was interrupted', () => stdout(spec) === 'ready\nint\n');
    await driver.signal(handle, 'SIGHUP');
    await driver.wait(handle, never);
    expect(stdout(spec)).toBe('ready\nint\nhup\n');
    await expect(driver.signal(handle, 'SIGHUP')).rejects.toMatchObject({ code: 'driver' });
  });

  it('measures a task with its children', async () => {
    const { node, driver } = await aDriver();
    const spec = aTaskSpec(node.dataDir, shell('(setsid sh -c "while :; do :; done" &) ; while :; do :; done'));
    const handle = await driver.start(spec);
    await until('the child is seen', async () => Object.keys((await driver.stats(handle)).pids).length >= 2);
    const usage = await until('it has worked', async () => {
      const now = await driver.stats(handle);
      return now.cpuPercent > 20 ? now : undefined;
    });
    expect(usage.rssBytes).toBeGreaterThan(500_000);
    expect(usage.userPercent + usage.systemPercent).toBeCloseTo(usage.cpuPercent);
    expect(usage.pids[String(handle.pid)]?.rssBytes).toBeGreaterThan(100_000);
    await driver.stop(handle, { killSignal: 'SIGKILL', killTimeoutMs: 0 });
  });

  describe('beside a task', () => {
    const beside = async (script: string, ms = 5_000) => {
      const { node, driver } = await aDriver();
      const task = aTaskSpec(node.dataDir, shell('sleep 60'), { env: { MINE: 'x' } });
      const handle = await driver.start(task);
      const signal = AbortSignal.timeout(ms);
      return { task, result: await driver.exec?.(handle, { command: ['/bin/sh', '-c', script], task, signal }) };
    };

    it('runs a command with its variables and in its folder', async () => {
      const { task, result } = await beside('pwd; echo $MINE >&2; exit 3');
      expect(result).toEqual({ exitCode: 3, output: `${task.dirs.taskDir}\nx\n` });
    });

    it('kills what takes too long, with all that it started', async () => {
      const { result } = await beside('sleep 60 & echo $!; sleep 60', 200);
      expect(result?.exitCode).toBe(137);
      const pid = Number(result?.output);
      await until('its child is gone', () => !existsSync(`/proc/${pid}`) || isDead(pid));
    });

    it('finds programs as the task itself does, and says what it does not find', async () => {
      const { node, driver } = await aDriver();
      const task = aTaskSpec(node.dataDir, shell('sleep 60'));
      const handle = await driver.start(task);
      writeFileSync(join(task.dirs.localDir, 'mine.sh'), '#!/bin/sh\necho mine\n');
      const run = (command: string) => driver.exec?.(handle, { command: [command], task, signal: never });
      expect(await run('mine.sh')).toEqual({ exitCode: 0, output: 'mine\n' });
      await expect(run('nothing')).rejects.toThrow('"nothing" is not in the task');
    });
  });
});

it('ends a conversation with the task that it is in', async () => {
  const { node, driver } = await aDriver();
  const spec = aTaskSpec(node.dataDir, shell('exec sleep 1000'));
  const handle = await driver.start(spec);
  const talks = await Promise.all(
    [false, true].map(async (terminal) => {
      const session = await driver.session?.(handle, { command: ['cat'], task: spec, terminal, signal: never });
      if (session === undefined) throw new Error('no session');
      return { session, seen: userOf(session) };
    }),
  );
  for (const { session } of talks) session.stdin.write('hello\n');
  await until('both answer', () => talks.every(({ seen }) => seen.out.includes('hello')));
  await driver.stop(handle, { killSignal: 'SIGTERM', killTimeoutMs: 10_000 });
  expect(await Promise.all(talks.map(({ session }) => session.exit))).toEqual([137, 137]);
});

function isDead(pid: number): boolean {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');
}

describe('what the operator denies', () => {
  it('variables of the machine and of the task are not there', async () => {
    const { node, driver } = await aDriverWith({ denied_envvars: ['*_TOKEN'] });
    const spec = aTaskSpec(node.dataDir, shell('env'), { env: { TASK_TOKEN: 'y', OTHER: 'z' } });
    const handle = await driver.start(spec);
    await driver.wait(handle, never);
    expect(stdout(spec)).toContain('OTHER=z');
    expect(stdout(spec)).not.toContain('TOKEN');
  });

  it.each([{ user: '' }, { user: 'nobody' }])('the user "$user" may be none that it denies', async ({ user }) => {
    const { node, driver } = await aDriverWith({ denied_host_uids: '0-70000' });
    await expect(driver.start(aTaskSpec(node.dataDir, shell('true'), { user }))).rejects.toThrow(
      /^tasks may not run as user ".+" on this node: "denied_host_uids" has \d+$/,
    );
  });
});
