import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Driver, TaskHandle, TaskSpec } from '../../../../src/client/drivers/driver.ts';
import { execDriver } from '../../../../src/client/drivers/exec/exec.ts';
import { type ExecSettingsInput, execSettings } from '../../../../src/client/drivers/exec/settings.ts';
import { isDead, readEnviron, readProcessTable } from '../../../../src/client/supervisor/proc.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';
import { aNode, type Node, never } from '../../supervisor/harness.ts';
import { aTaskSpec, shell } from '../harness.ts';

// Each start is some programs' worth of work on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000 });
const patiently = <T>(what: string, condition: () => T | Promise<T>) => until(what, condition, 30_000);
/** Root is denied to tasks unless the operator says otherwise. */
const ROOT_TOO = { 'user.denylist': '' };

type TestDriver = { node: Node; driver: Driver; dataDir: string; again(): Promise<Driver> };

async function aDriver(input: Partial<ExecSettingsInput> = {}, dataDir?: string): Promise<TestDriver> {
  const node = await aNode(dataDir === undefined ? {} : { dataDir });
  const { settings, mistakes } = execSettings({ plugin: {}, ...input });
  expect(mistakes).toEqual([]);
  const again = async () =>
    execDriver({
      ...{ supervisor: await node.connect(), settings, stateDir: join(node.dataDir, 'client'), coreMHz: 1000 },
      log: (message) => expect(message).toBe(''),
    });
  return { node, driver: await again(), dataDir: node.dataDir, again };
}

const output = (spec: TaskSpec, stream = 'stdout'): string =>
  readFileSync(join(spec.dirs.logDir, `t.${stream}.0`), 'utf8');

/** Processes with the task's mark: its own, and those that keep it. */
const processesOf = ({ allocId }: TaskSpec) =>
  readProcessTable().filter((row) => !isDead(row) && readEnviron(row.pid).includes(allocId));

/** Folders of the task's in data_dir and among the control groups. */
function leftOf(spec: TaskSpec, dataDir: string): string[] {
  const base = join(dataDir, 'client/exec');
  const groups = spawnSync('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `${spec.allocId}*`], { encoding: 'utf8' });
  const bundles = [base, join(base, 'state')].filter(existsSync).flatMap((dir) => readdirSync(dir));
  return [...bundles.filter((name) => name.startsWith(spec.allocId)), ...groups.stdout.split('\n').filter(Boolean)];
}

async function started(driver: Driver, spec: TaskSpec): Promise<TaskHandle> {
  const handle = await driver.start(spec);
  onTestFinished(async () => {
    await driver.stop(handle, { killSignal: 'SIGKILL', killTimeoutMs: 0 });
    await driver.forget(handle);
  });
  return handle;
}

/** Runs a task to its end; nothing is left of it. */
async function run({ driver, dataDir }: TestDriver, spec: TaskSpec) {
  const handle = await driver.start(spec);
  const exit = await driver.wait(handle, never);
  await driver.forget(handle);
  expect(leftOf(spec, dataDir)).toEqual([]);
  expect(processesOf(spec)).toEqual([]);
  return exit;
}

const exited = (exitCode: number, signal = 0, oomKilled = false) => ({ kind: 'exited', exitCode, signal, oomKilled });

it('keeps no output where none is wanted', async () => {
  const { node, driver } = await aDriver();
  const logs = { maxFiles: 2, maxFileSizeBytes: 1_000_000, discard: true };
  const spec = aTaskSpec(node.dataDir, shell('echo one; echo two >&2'), { logs });
  expect(await driver.wait(await started(driver, spec), never)).toMatchObject({ exitCode: 0 });
  expect(readdirSync(spec.dirs.logDir)).toEqual([]);
});

describe('a task', () => {
  it('runs in a file system of its own, as nobody, and tells how it ended', async () => {
    const test = await aDriver();
    const script = `pwd; id -un; echo "$MINE"; cat /secrets/key; ls -d /root /home /var /opt /tmp /alloc/data /usr/bin 2>/dev/null
      echo made > /local/file; echo shared > /alloc/data/file; touch /usr/x 2>/dev/null || echo 'usr is read only'; echo bad >&2; exit 4`;
    const spec = aTaskSpec(test.dataDir, shell(script), { env: { MINE: 'x y' } });
    writeFileSync(join(spec.dirs.secretsDir, 'key'), 'secret\n');
    expect(await run(test, spec)).toEqual(exited(4));
    expect(output(spec)).toBe('/\nnobody\nx y\nsecret\n/alloc/data\n/tmp\n/usr/bin\nusr is read only\n');
    expect(output(spec, 'stderr')).toBe('bad\n');
    expect(readFileSync(join(spec.dirs.localDir, 'file'), 'utf8')).toBe('made\n');
    expect(readFileSync(join(spec.dirs.sharedDir, 'data/file'), 'utf8')).toBe('shared\n');
  });

  it('sees no process of others, and the machine’s shared memory only if it asks for that', async () => {
    const test = await aDriver();
    const script = 'ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm; readlink /proc/self/ns/ipc';
    const alone = aTaskSpec(test.dataDir, shell(script));
    const together = aTaskSpec(test.dataDir, { ...shell(script), pid_mode: 'host', ipc_mode: 'host' });
    await run(test, alone);
    await run(test, together);
    const [processes, first, ipc] = output(alone).split('\n');
    expect([first, Number(processes) < 6]).toEqual(['sh', true]);
    const [all, init, hostIpc] = output(together).split('\n');
    expect(Number(all)).toBeGreaterThan(6);
    expect(init).not.toBe('sh');
    expect(ipc).not.toBe(hostIpc);
  });

  it('ends with all that it started, whatever sessions and parents that has given itself', async () => {
    const test = await aDriver();
    for (const mode of ['private', 'host']) {
      const script = 'for i in 1 2 3; do (env -i setsid sh -c "sleep 4321 & sleep 4321" &) ; done; sleep 0.3; echo up';
      const spec = aTaskSpec(test.dataDir, { ...shell(script), pid_mode: mode });
      expect(await run(test, spec)).toEqual(exited(0));
      expect(output(spec)).toBe('up\n');
    }
  });

  it('is looked for in its folders, made executable, and never by a link out of them', async () => {
    const test = await aDriver();
    const brought = aTaskSpec(test.dataDir, { command: 'hello', args: ['world'] });
    writeFileSync(join(brought.dirs.localDir, 'hello'), '#!/bin/sh\necho "hello $1"\n', { mode: 0o644 });
    expect(await run(test, brought)).toEqual(exited(0));
    expect(output(brought)).toBe('hello world\n');
    const usual = aTaskSpec(test.dataDir, { command: 'id', args: ['-u'] });
    expect(await run(test, usual)).toEqual(exited(0));
    const outside = join(await tempDir(), 'script');
    writeFileSync(outside, '#!/bin/sh\n', { mode: 0o644 });
    const linked = aTaskSpec(test.dataDir, { command: 'link' });
    symlinkSync(outside, join(linked.dirs.localDir, 'link'));
    await expect(test.driver.start(linked)).rejects.toThrow(/failed to launch command/);
    expect(statSync(outside).mode & 0o111).toBe(0);
  });

  const failures: { name: string; config: Record<string, unknown>; user?: string; want: RegExp }[] = [
    { name: 'a missing program', config: { command: '/no/such' }, want: /\/no\/such: no such file in the task's file/ },
    { name: 'one that is nowhere', config: { command: 'nope' }, want: /"nope" is not in the task's local\/ folder/ },
    { name: 'what is no program', config: { command: '/etc/passwd' }, want: /permission denied/ },
    { name: 'an unknown user', config: shell(''), user: 'nosuch', want: /unknown user "nosuch"/ },
    { name: 'root', config: shell(''), user: 'root', want: /may not run as user "root".*user\.denylist/ },
    { name: 'root by its number', config: shell(''), user: '0', want: /may not run as user "0".*has "root"/ },
    { name: 'a user of a denied group', config: shell(''), user: 'daemon', want: /denied_host_gids" has its group 1/ },
    {
      name: 'a capability that is not allowed',
      config: { ...shell(''), cap_add: ['sys_admin'] },
      want: /cap_add has what this node does not allow: sys_admin/,
    },
  ];
  it('does not start without what it needs, and leaves nothing behind', async () => {
    const { driver, dataDir } = await aDriver({ plugin: { denied_host_gids: '1-2' } });
    for (const { name, config, user = '', want } of failures) {
      const spec = aTaskSpec(dataDir, config, { user });
      await expect(driver.start(spec), name).rejects.toThrow(want);
      expect(leftOf(spec, dataDir), name).toEqual([]);
      expect(processesOf(spec), name).toEqual([]);
    }
  });

  it('has the capabilities that are documented, and those that it is given', async () => {
    const test = await aDriver({ options: ROOT_TOO, plugin: { allow_caps: ['net_bind_service', 'chown', 'net_raw'] } });
    const caps = async (user: string, config: Record<string, unknown>) => {
      const spec = aTaskSpec(test.dataDir, { ...shell('grep CapEff /proc/self/status'), ...config }, { user });
      expect(await run(test, spec)).toEqual(exited(0));
      return output(spec).trim().split('\t')[1];
    };
    expect(await caps('root', {})).toBe('0000000000000401');
    expect(await caps('root', { cap_add: ['CAP_NET_RAW'], cap_drop: ['chown'] })).toBe('0000000000002400');
    expect(await caps('', {})).toBe('0000000000000400');
    expect(await caps('', { cap_add: ['net_raw'], cap_drop: ['net_bind_service'] })).toBe('0000000000002000');
  });

  it('is in its own control group, with its share of CPU and memory', async () => {
    const test = await aDriver();
    const script =
      'cat /proc/self/cgroup; cd /sys/fs/cgroup; cat cpu/cpu.shares cpu/cpu.cfs_quota_us memory/memory.limit_in_bytes memory/memory.soft_limit_in_bytes || cat cpu.max memory.max memory.low';
    const spec = aTaskSpec(
      test.dataDir,
      { ...shell(script), cpu_hard_limit: true },
      { resources: { cpuMHz: 300, memoryMB: 32, memoryMaxMB: 64 } },
    );
    expect(await run(test, spec)).toEqual(exited(0));
    expect(output(spec)).toMatch(/\/shoal\/|0::\/\n/);
    expect(output(spec)).toContain(`${64 * 1024 * 1024}\n`);
    expect(output(spec)).toMatch(/^30000\b/m);
  });

  it('is killed when it takes more memory than it has, and that is told', async () => {
    const test = await aDriver();
    const spec = aTaskSpec(test.dataDir, shell('head -c 100000000 /dev/zero | tail'), {
      resources: { cpuMHz: 100, memoryMB: 16, memoryMaxMB: 0 },
    });
    expect(await run(test, spec)).toEqual(exited(137, 9, true));
  });

  it('has the volumes of its job', async () => {
    const test = await aDriver();
    const [dir, data] = [await tempDir(), await tempDir()];
    writeFileSync(join(dir, 'tool'), '#!/bin/sh\ncat /data/in; echo out > /data/out; touch /ro/x || echo read only\n', {
      mode: 0o755,
    });
    writeFileSync(join(data, 'in'), 'from the volume\n');
    spawnSync('chmod', ['0777', data, dir]);
    const volume = (source: string, target: string, readOnly: boolean) =>
      ({ source, target, readOnly, propagation: 'private' }) as const;
    const spec = aTaskSpec(
      test.dataDir,
      { command: 'tool' },
      { volumes: [volume(data, '/data', false), volume(dir, '/ro', true)] },
    );
    expect(await run(test, spec)).toEqual(exited(0));
    expect(output(spec)).toBe('from the volume\nread only\n');
    expect(readFileSync(join(data, 'out'), 'utf8')).toBe('out\n');
  });

  it('sees only what chroot_env says, of a data folder that lies deep', async () => {
    const opt = await tempDir();
    chmodSync(opt, 0o755);
    writeFileSync(join(opt, 'hello'), 'from chroot_env\n');
    const chrootEnv = Object.fromEntries(['/bin', '/lib', '/lib64', '/usr'].map((path) => [path, path]));
    const test = await aDriver({ chrootEnv: { ...chrootEnv, [opt]: '/opt' } }, `${'deep/'.repeat(30)}data`);
    const spec = aTaskSpec(test.dataDir, shell('cat /opt/hello; ls /etc'));
    expect(await run(test, spec)).toEqual(exited(0));
    expect(output(spec).split('\n')).toEqual([
      'from chroot_env',
      ...(existsSync('/etc/resolv.conf') ? ['resolv.conf'] : []),
      '',
    ]);
  });
});

describe('names', () => {
  it('are asked as the machine asks, or as the group says', async () => {
    const test = await aDriver();
    const same = aTaskSpec(test.dataDir, shell('cat /etc/resolv.conf'));
    const dns = { servers: ['10.9.9.9'], searches: ['example.org', 'b'], options: ['ndots:2'] };
    const own = aTaskSpec(test.dataDir, shell('cat /etc/resolv.conf'), { dns });
    await run(test, same);
    await run(test, own);
    expect(output(same)).toBe(readFileSync('/etc/resolv.conf', 'utf8'));
    expect(output(own)).toBe('search example.org b\nnameserver 10.9.9.9\noptions ndots:2\n');
  });

  it('and the network are the allocation’s, where it has one', async () => {
    const test = await aDriver();
    const name = `shoal-x-${process.pid}`;
    expect(spawnSync('ip', ['netns', 'add', name]).status).toBe(0);
    onTestFinished(() => void spawnSync('ip', ['netns', 'delete', name]));
    const dir = await tempDir();
    writeFileSync(join(dir, 'resolv.conf'), 'nameserver 10.1.1.1\n');
    writeFileSync(join(dir, 'hosts'), '10.2.2.2 neighbour\n');
    const spec = aTaskSpec(test.dataDir, shell('cat /etc/resolv.conf /etc/hosts; ls /sys/class/net'), {
      network: { namespace: `/run/netns/${name}`, resolvConf: join(dir, 'resolv.conf'), hosts: join(dir, 'hosts') },
    });
    expect(await run(test, spec)).toEqual(exited(0));
    expect(output(spec)).toBe('nameserver 10.1.1.1\n10.2.2.2 neighbour\nlo\n');
  });
});

describe('a running task', () => {
  const loop = (then: string) => shell(`${then}; echo ready; while :; do sleep 0.05; done`);
  const isReady = (spec: TaskSpec) => patiently('it is ready', () => output(spec).includes('ready\n'));

  it('gets the signal, and is killed when it does not heed it', async () => {
    const { driver, dataDir } = await aDriver();
    const polite = aTaskSpec(dataDir, loop('trap "echo got it; exit 9" USR1'));
    const stubborn = aTaskSpec(dataDir, loop('trap "" TERM'));
    const [one, other] = await Promise.all([started(driver, polite), started(driver, stubborn)]);
    await Promise.all([isReady(polite), isReady(stubborn)]);
    await driver.stop(one, { killSignal: 'SIGUSR1', killTimeoutMs: 20_000 });
    expect(await driver.wait(one, never)).toEqual(exited(9));
    expect(output(polite)).toBe('ready\ngot it\n');
    const before = performance.now();
    await driver.stop(other, { killSignal: 'SIGTERM', killTimeoutMs: 300 });
    expect(performance.now() - before).toBeGreaterThan(250);
    expect(await driver.wait(other, never)).toEqual(exited(137, 9));
    expect(processesOf(stubborn)).toEqual([]);
  });

  it('that has no handler for the signal ends at once, as it would outside', async () => {
    const { driver, dataDir } = await aDriver();
    const spec = aTaskSpec(dataDir, { command: '/bin/sleep', args: ['1000'] });
    const handle = await started(driver, spec);
    await driver.stop(handle, { killSignal: 'SIGTERM', killTimeoutMs: 10 * 60_000 });
    expect(await driver.wait(handle, never)).toEqual(exited(137, 9));
  });

  it('takes signals and commands, and shows what it uses', async () => {
    const { driver, dataDir } = await aDriver();
    const spec = aTaskSpec(dataDir, shell('trap "echo hup" HUP; echo ready; while :; do :; done'), {
      env: { MINE: 'x' },
    });
    const handle = await started(driver, spec);
    await isReady(spec);
    await driver.signal(handle, 'SIGHUP');
    await patiently('it has the signal', () => output(spec).includes('hup'));
    await driver.stats(handle);
    const usage = await patiently('it uses CPU', async () => {
      const now = await driver.stats(handle);
      return now.cpuPercent > 0 && now.userPercent > 0 && now;
    });
    expect(usage.rssBytes).toBeGreaterThan(10_000);
    expect(Object.keys(usage.pids)).toEqual([String(handle.pid)]);
    const exec = (command: string[], signal = never) => driver.exec?.(handle, { command, task: spec, signal });
    expect(await exec(['sh', '-c', 'echo "$MINE"; pwd; id -un; exit 3'])).toEqual({
      exitCode: 3,
      output: 'x\n/\nnobody\n',
    });
    await expect(exec(['no-such-program'])).rejects.toThrow(
      /cannot run no-such-program: .*no-such-program.*not found/s,
    );
    const begun = join(spec.dirs.localDir, 'begun');
    const over = new AbortController();
    const late = exec(['sh', '-c', 'setsid sleep 77 & touch /local/begun; sleep 77'], over.signal);
    await patiently('it has begun', () => existsSync(begun));
    over.abort();
    expect(await late).toMatchObject({ exitCode: 137 });
    await patiently('nothing of it is left', () =>
      processesOf(spec).every(({ pid }) => !readEnviron(pid).includes('SHOAL_EXEC_ID')),
    );
  });

  it('is found by the next agent, with the exit code that it had meanwhile', async () => {
    const { driver, dataDir, again } = await aDriver();
    const spec = aTaskSpec(dataDir, shell('read line < /local/go; echo "$line"; exit 5'));
    spawnSync('mkfifo', ['-m', '666', join(spec.dirs.localDir, 'go')]);
    const handle = await driver.start(spec);
    const next = await again();
    expect(await next.recover(handle)).toBe(true);
    writeFileSync(join(spec.dirs.localDir, 'go'), 'on\n');
    expect(await next.wait(handle, never)).toEqual(exited(5));
    expect(await (await again()).wait(handle, never)).toEqual(exited(5));
    await next.forget(handle);
    expect(await next.recover(handle)).toBe(false);
    expect(leftOf(spec, dataDir)).toEqual([]);
  });

  it('outlives its supervisor with its output, and its exit code is still exact', async () => {
    const { node, driver, dataDir } = await aDriver();
    const spec = aTaskSpec(dataDir, shell('echo one; read line < /local/go; echo "$line"; exit 6'));
    spawnSync('mkfifo', ['-m', '666', join(spec.dirs.localDir, 'go')]);
    const handle = await driver.start(spec);
    await patiently('it has begun', () => output(spec) === 'one\n');
    const supervisor = await node.connect();
    const first = supervisor.pid();
    process.kill(first, 'SIGKILL');
    await patiently('another supervisor is there', () => supervisor.pid() !== first);
    expect(await driver.recover(handle)).toBe(true);
    const waiting = driver.wait(handle, never);
    writeFileSync(join(spec.dirs.localDir, 'go'), 'two\n');
    expect(await waiting).toEqual(exited(6));
    expect(output(spec)).toBe('one\ntwo\n');
    await driver.forget(handle);
    expect(leftOf(spec, dataDir)).toEqual([]);
  });

  it('goes with the process that keeps it, and then its end is not known', async () => {
    const { driver, dataDir } = await aDriver();
    const spec = aTaskSpec(dataDir, loop('true'));
    const handle = await driver.start(spec);
    await isReady(spec);
    const keeper = processesOf(spec).find(({ pid }) => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'conmon\n');
    process.kill(keeper?.pid ?? -1, 'SIGKILL');
    expect(await driver.wait(handle, never)).toEqual({
      kind: 'unknown',
      reason: 'the process that kept it was killed',
    });
    await driver.forget(handle);
    expect(processesOf(spec)).toEqual([]);
    expect(leftOf(spec, dataDir)).toEqual([]);
  });
});

it('is removed by the next agent where nobody knows it any more', async () => {
  const { node, driver, dataDir, again } = await aDriver();
  const [lost, known] = [aTaskSpec(dataDir, shell('sleep 60')), aTaskSpec(dataDir, shell('sleep 60'))];
  const handle = await driver.start(lost);
  const other = await started(driver, known);
  const supervisor = await node.connect();
  await supervisor.stop({ id: handle.id, signal: 'SIGKILL', timeoutMs: 0 });
  await supervisor.forget(handle.id);
  expect(leftOf(lost, dataDir)).not.toEqual([]);
  const next = await again();
  await run({ node, driver: next, dataDir, again }, aTaskSpec(dataDir, shell('true')));
  expect(leftOf(lost, dataDir)).toEqual([]);
  expect(await next.exec?.(other, { command: ['true'], task: known, signal: never })).toMatchObject({ exitCode: 0 });
});

it('is not started by a supervisor that does not know how', async () => {
  const { settings } = execSettings({ plugin: {} });
  const dir = await tempDir();
  mkdirSync(join(dir, 'client'));
  const supervisor = { protocol: () => 1, pid: () => 77, list: async () => [] } as never;
  const driver = execDriver({
    supervisor,
    settings,
    stateDir: join(dir, 'client'),
    coreMHz: 1000,
    log: () => undefined,
  });
  await expect(driver.start(aTaskSpec(dir, shell('true')))).rejects.toThrow(
    /supervisor \(pid 77\) is of an older version/,
  );
});
