import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Hierarchies, hierarchiesIn } from '../../../../src/client/drivers/exec/cgroups.ts';
import { exitOf } from '../../../../src/client/drivers/exec/ending.ts';
import { takeFingerprint } from '../../../../src/client/drivers/exec/fingerprint.ts';
import { limitsOf } from '../../../../src/client/drivers/exec/limits.ts';
import { groupResolvConf } from '../../../../src/client/drivers/exec/resolv-conf.ts';
import { execSettings } from '../../../../src/client/drivers/exec/settings.ts';
import { readTaskConfig } from '../../../../src/client/drivers/exec/task-config.ts';
import { groupsIn } from '../../../../src/client/drivers/users.ts';

describe('the settings', () => {
  it('are the documented ones where nothing is said', () => {
    const { settings, mistakes } = execSettings({ plugin: {} });
    expect(mistakes).toEqual([]);
    expect(settings).toMatchObject({ pidMode: 'private', ipcMode: 'private', noPivotRoot: false });
    expect([...settings.chroot.keys()]).toEqual([
      '/bin',
      '/etc',
      '/lib',
      '/lib32',
      '/lib64',
      '/run/resolvconf',
      '/sbin',
      '/usr',
    ]);
    expect(settings.deniedUsers).toEqual(['root', 'Administrator']);
    expect(settings.allowCaps).toContain('net_bind_service');
    expect(settings.allowCaps).not.toContain('net_raw');
  });

  it('are taken from the plug-in, the options and chroot_env', () => {
    const { settings } = execSettings({
      plugin: {
        default_pid_mode: 'host',
        allow_caps: ['CAP_NET_RAW'],
        denied_host_uids: '0,10-15',
        no_pivot_root: true,
      },
      options: { 'user.blacklist': 'a, b' },
      chrootEnv: { '/opt/x': '/x' },
    });
    expect(settings).toMatchObject({
      ...{ pidMode: 'host', noPivotRoot: true, allowCaps: ['net_raw'], deniedUsers: ['a', 'b'] },
      deniedUids: [
        [0, 0],
        [10, 15],
      ],
    });
    expect([...settings.chroot]).toEqual([['/opt/x', '/x']]);
    const unchecked = execSettings({ plugin: {}, options: { 'user.checked_drivers': 'java' } });
    expect(unchecked.settings.deniedUsers).toEqual([]);
  });

  it.each([
    { plugin: { default_pid_mode: 'shared' }, want: '"default_pid_mode" must be "private" or "host", not "shared"' },
    {
      plugin: { denied_host_uids: '5-1' },
      want: '"denied_host_uids" is a list of numbers and ranges such as "0,10-15", and "5-1" is none',
    },
    { plugin: { alow_caps: [] }, want: 'No argument or block type is named "alow_caps"; did you mean "allow_caps"?' },
    { plugin: {}, chrootEnv: { '/bin': 'bin' }, want: '"chroot_env" has absolute paths, not "bin"' },
  ])('say: $want', ({ want, ...input }) => {
    expect(execSettings(input).mistakes).toEqual([want]);
  });
});

describe('a task’s config', () => {
  it.each([
    { config: { command: 'x', args: [1, true], work_dir: '/tmp', cap_add: ['net_raw'] }, want: [] },
    { config: {}, want: ['The argument "command" is required, but no definition was found'] },
    { config: { command: '' }, want: ['"command" must not be empty'] },
    { config: { command: 'x', pid_mode: 'none' }, want: ['"pid_mode" must be "private" or "host", not "none"'] },
    {
      config: { command: 'x', comand: 'y' },
      want: ['No argument or block type is named "comand"; did you mean "command"?'],
    },
    {
      config: { command: 'x', work_dir: 'data' },
      want: ['"work_dir" must be an absolute path in the task\'s file system, not "data"'],
    },
  ])('$config', ({ config, want }) => {
    expect(readTaskConfig(config).mistakes).toEqual(want);
  });
});

describe('limits', () => {
  const MB = 1024 * 1024;
  const of = (memoryMB: number, memoryMaxMB: number, more = {}) =>
    limitsOf({
      resources: { cpuMHz: 500, memoryMB, memoryMaxMB },
      cpuHardLimit: false,
      coreMHz: 2000,
      limitsSwap: true,
      ...more,
    });
  it.each([
    { name: 'memory alone', got: of(64, 0).memory, want: { limit: 64 * MB, swap: 64 * MB } },
    { name: 'memory_max', got: of(64, 128).memory, want: { limit: 128 * MB, reservation: 64 * MB, swap: 128 * MB } },
    { name: 'memory_max without end', got: of(64, -1).memory, want: { reservation: 64 * MB } },
    { name: 'no swap to limit', got: of(64, 0, { limitsSwap: false }).memory, want: { limit: 64 * MB } },
    { name: 'shares', got: of(64, 0).cpu, want: { shares: 500 } },
    {
      name: 'a quota',
      got: of(64, 0, { cpuHardLimit: true }).cpu,
      want: { shares: 500, period: 100_000, quota: 25_000 },
    },
  ])('$name', ({ got, want }) => {
    expect(got).toEqual(want);
  });
});

describe('an end', () => {
  const seen = (exitCode: number, signal = 0) => ({ kind: 'exited', exitCode, signal, oomKilled: false }) as const;
  const unseen = { kind: 'unknown', reason: 'why' } as const;
  const base = { kept: undefined, oomKilled: false, isFirst: true };
  it.each([
    { name: 'a code', input: { ...base, seen: seen(3) }, want: seen(3) },
    { name: 'killed', input: { ...base, seen: seen(137) }, want: seen(137, 9) },
    { name: 'a trapped signal, of a first process', input: { ...base, seen: seen(143) }, want: seen(143) },
    { name: 'a signal, of another', input: { ...base, seen: seen(143), isFirst: false }, want: seen(143, 15) },
    {
      name: 'for memory',
      input: { ...base, seen: seen(137), oomKilled: true },
      want: { ...seen(137, 9), oomKilled: true },
    },
    { name: 'well, though a child died for memory', input: { ...base, seen: seen(0), oomKilled: true }, want: seen(0) },
    { name: 'unseen, but kept', input: { ...base, seen: unseen, kept: 7 }, want: seen(7) },
    { name: 'unseen', input: { ...base, seen: unseen }, want: unseen },
    {
      name: 'the keeper killed',
      input: { ...base, seen: seen(137, 9) },
      want: { kind: 'unknown', reason: 'the process that kept it was killed' },
    },
  ])('$name', ({ input, want }) => {
    expect(exitOf(input)).toEqual(want);
  });
});

describe('the hierarchies of control groups', () => {
  const line = (mountpoint: string, type: string, options: string) =>
    `30 20 0:1 / ${mountpoint} rw - ${type} cgroup ${options}`;
  it.each([
    {
      name: 'version 2',
      lines: [line('/sys/fs/cgroup', 'cgroup2', 'rw')],
      want: { version: 2, root: '/sys/fs/cgroup' },
    },
    {
      name: 'both: version 1 counts',
      lines: [line('/sys/fs/cgroup/cpu', 'cgroup', 'rw,cpu,cpuacct'), line('/sys/fs/cgroup/unified', 'cgroup2', 'rw')],
      want: {
        version: 1,
        roots: new Map([
          ['rw', '/sys/fs/cgroup/cpu'],
          ['cpu', '/sys/fs/cgroup/cpu'],
          ['cpuacct', '/sys/fs/cgroup/cpu'],
        ]),
      },
    },
    { name: 'none', lines: [], want: { version: 1, roots: new Map() } },
  ])('$name', ({ lines, want }) => {
    expect(hierarchiesIn(lines.join('\n'))).toEqual(want);
  });
});

describe('the fingerprint', () => {
  const all: Hierarchies = {
    version: 1,
    roots: new Map(['cpu', 'cpuacct', 'memory', 'devices', 'freezer'].map((name) => [name, tmpdir()])),
  };
  const there = { platform: 'linux', uid: 0, hierarchies: () => all, find: (name: string) => `/usr/bin/${name}` };
  it('says that tasks can be isolated', () => {
    expect(takeFingerprint(there).info).toMatchObject({
      Detected: true,
      Healthy: true,
      Attributes: { 'driver.exec': '1' },
    });
  });
  it.each([
    { name: 'another system', change: { platform: 'darwin' }, want: 'isolation needs Linux' },
    { name: 'another user', change: { uid: 1000 }, want: 'the agent must run as root to isolate tasks' },
    {
      name: 'no control groups',
      change: { hierarchies: () => hierarchiesIn('') },
      want: 'control groups lack these controllers: cpu, cpuacct, memory, devices, freezer',
    },
    {
      name: 'control groups of others',
      // Nobody writes there.
      change: {
        hierarchies: () => ({ ...all, roots: new Map([...all.roots].map(([name]) => [name, '/proc/nowhere'])) }),
      },
      want: 'control groups may be read here, and not written',
    },
    {
      name: 'no programs',
      change: { find: () => undefined },
      want: 'not on this machine: runc, conmon (packages of the same name)',
    },
  ])('$name: $want', ({ change, want }) => {
    const { info, programs } = takeFingerprint({ ...there, ...change });
    expect(info).toMatchObject({ Detected: false, Healthy: false, HealthDescription: want, Attributes: {} });
    expect(programs).toBeUndefined();
  });
});

describe('resolv.conf of a group', () => {
  const host = 'nameserver 10.0.0.1\n# nameserver 9\n nameserver 10.0.0.2\n';
  it.each([
    {
      dns: { servers: ['1.1.1.1'], searches: ['a', 'b'], options: ['x'] },
      want: 'search a b\nnameserver 1.1.1.1\noptions x\n',
    },
    {
      dns: { servers: [], searches: ['a'], options: [] },
      want: 'search a\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n',
    },
  ])('$dns', ({ dns, want }) => {
    expect(groupResolvConf(dns, host)).toBe(want);
  });
});

it('finds the groups that have a user as a member', () => {
  expect(groupsIn('a:x:5:me,you\nb:x:6:\nc:x:7:you\nbad', 'you')).toEqual([5, 7]);
});
