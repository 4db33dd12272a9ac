import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { containerBody, containerName } from '../../../../src/client/drivers/docker/container.ts';
import { mountsOf } from '../../../../src/client/drivers/docker/mounts.ts';
import { dockerSettings } from '../../../../src/client/drivers/docker/settings.ts';
import { readTaskConfig } from '../../../../src/client/drivers/docker/task-config.ts';
import type { TaskSpec } from '../../../../src/client/drivers/driver.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { aTaskSpec } from '../harness.ts';

type Body = Record<string, unknown> & { HostConfig: Record<string, unknown> };

function bodyOf(task: TaskSpec, config: Record<string, unknown>, plugin: Record<string, unknown> = {}): Body {
  const { config: read, mistakes } = readTaskConfig({ image: 'a', ...config });
  expect(mistakes).toEqual([]);
  const { settings } = dockerSettings({ plugin });
  const rest = {
    node: { id: 'n', name: 'n' },
    image: 'sha256:1',
    dns: undefined,
    joined: undefined,
    profiles: { 'p.json': '{"x":1}' },
    coreMHz: 2_000,
  };
  return containerBody({ task, config: read, settings, ...rest }) as Body;
}

const MB = 1024 * 1024;
const cases: {
  name: string;
  config: Record<string, unknown>;
  plugin?: Record<string, unknown>;
  resources?: TaskSpec['resources'];
  want: Record<string, unknown>;
  host: Record<string, unknown>;
}[] = [
  {
    name: 'a command with args',
    config: { command: 'a', args: ['b'] },
    want: { Cmd: ['a', 'b'], Image: 'sha256:1' },
    host: {},
  },
  { name: 'args alone', config: { args: ['b'] }, want: { Cmd: ['b'] }, host: {} },
  {
    name: 'neither',
    config: {},
    want: { Cmd: undefined, Entrypoint: undefined, Tty: undefined },
    host: { NetworkMode: undefined, CapDrop: ['NET_RAW'] },
  },
  {
    name: 'an entrypoint, as a text too',
    config: { entrypoint: '/run', tty: true, interactive: true },
    want: { Entrypoint: ['/run'], Tty: true, OpenStdin: true },
    host: {},
  },
  {
    name: 'a health check less',
    config: { healthchecks: [{ disable: true }] },
    want: { Healthcheck: { Test: ['NONE'] } },
    host: {},
  },
  {
    name: 'memory as it is',
    config: {},
    want: {},
    host: { Memory: 64 * MB, MemorySwap: 64 * MB, MemoryReservation: undefined, CpuShares: 500, CpuQuota: undefined },
  },
  {
    name: 'memory with a hard limit',
    config: { memory_hard_limit: 128 },
    want: {},
    host: { Memory: 128 * MB, MemorySwap: 128 * MB, MemoryReservation: 64 * MB },
  },
  {
    name: 'memory_max',
    config: {},
    resources: { cpuMHz: 500, memoryMB: 64, memoryMaxMB: 96 },
    want: {},
    host: { Memory: 96 * MB, MemoryReservation: 64 * MB },
  },
  {
    name: 'a hard limit of CPU',
    config: { cpu_hard_limit: true },
    want: {},
    host: { CpuPeriod: 100_000, CpuQuota: 25_000 },
  },
  {
    name: 'one with a period',
    config: { cpu_hard_limit: true, cpu_cfs_period: 10_000 },
    want: {},
    host: { CpuPeriod: 10_000, CpuQuota: 2_500 },
  },
  {
    name: 'devices',
    config: {
      devices: [{ host_path: '/dev/a' }, { host_path: '/dev/b', container_path: '/dev/c', cgroup_permissions: 'r' }],
    },
    want: {},
    host: {
      Devices: [
        { PathOnHost: '/dev/a', PathInContainer: '/dev/a', CgroupPermissions: 'rwm' },
        { PathOnHost: '/dev/b', PathInContainer: '/dev/c', CgroupPermissions: 'r' },
      ],
    },
  },
  {
    name: 'limits',
    config: { ulimit: [{ nproc: '42', nofile: '1:2' }], pids_limit: 5, oom_score_adj: 7 },
    want: {},
    host: {
      Ulimits: [
        { Name: 'nproc', Soft: 42, Hard: 42 },
        { Name: 'nofile', Soft: 1, Hard: 2 },
      ],
      PidsLimit: 5,
      OomScoreAdj: 7,
    },
  },
  { name: 'a limit of the operator', config: {}, plugin: { pids_limit: 9 }, want: {}, host: { PidsLimit: 9 } },
  {
    name: 'security options',
    config: { security_opt: ['seccomp=p.json', 'seccomp=unconfined', 'apparmor=x'] },
    want: {},
    host: { SecurityOpt: ['seccomp={"x":1}', 'seccomp=unconfined', 'apparmor=x'] },
  },
  {
    name: 'privileged',
    config: { privileged: true, pid_mode: 'host', ipc_mode: 'host', uts_mode: 'host', userns_mode: 'host' },
    plugin: { allow_privileged: true },
    want: {},
    host: {
      Privileged: true,
      PidMode: 'host',
      IpcMode: 'host',
      UTSMode: 'host',
      UsernsMode: 'host',
      CapDrop: undefined,
    },
  },
  {
    name: 'our log driver',
    config: {},
    want: {},
    host: { LogConfig: { Type: 'json-file', Config: { 'max-file': '2', 'max-size': '20m' } } },
  },
  {
    name: 'the operator’s',
    config: {},
    plugin: { logging: [{ type: 'journald' }] },
    want: {},
    host: { LogConfig: { Type: 'journald', Config: {} } },
  },
  {
    name: 'the job’s',
    config: { logging: [{ driver: 'gelf', config: [{ 'gelf-address': 'udp://x:1' }] }] },
    plugin: { logging: [{ type: 'journald' }] },
    want: {},
    host: { LogConfig: { Type: 'gelf', Config: { 'gelf-address': 'udp://x:1' } } },
  },
  {
    name: 'a place in a network',
    config: { network_mode: 'own', network_aliases: ['a'], ipv4_address: '10.0.0.9' },
    want: {
      NetworkingConfig: { EndpointsConfig: { own: { Aliases: ['a'], IPAMConfig: { IPv4Address: '10.0.0.9' } } } },
    },
    host: { NetworkMode: 'own' },
  },
  {
    name: 'storage, runtime and groups',
    config: { storage_opt: [{ size: '1G' }], runtime: 'runc', group_add: ['video'], cgroupns: 'private' },
    want: {},
    host: { StorageOpt: { size: '1G' }, Runtime: 'runc', GroupAdd: ['video'], CgroupnsMode: 'private' },
  },
];

describe('what the engine is asked to create', () => {
  it.each(cases)(
    '$name',
    async ({ config, plugin, resources = { cpuMHz: 500, memoryMB: 64, memoryMaxMB: 0 }, want, host }) => {
      const { HostConfig, ...body } = bodyOf(aTaskSpec(await tempDir(), {}, { resources }), config, plugin);
      expect(body).toEqual({ ...body, ...want });
      expect(HostConfig).toEqual({ ...HostConfig, ...host });
    },
  );

  it('has a name that the engine takes', () => {
    expect(containerName({ task: 'web', allocId: 'x' })).toBe('web-x');
    expect(containerName({ task: '_my web/1', allocId: 'x' })).toBe('xmy_web_1-x');
  });
});

describe('mounts', () => {
  const mounts = (task: TaskSpec, config: Record<string, unknown>, volumes: Record<string, unknown> = {}) =>
    mountsOf(task, readTaskConfig({ image: 'a', ...config }).config, dockerSettings({ plugin: { volumes } }).settings);

  it('are the allocation’s folders, with the operator’s label', async () => {
    const task = aTaskSpec(await tempDir(), {});
    const { sharedDir, logDir, localDir, secretsDir, taskDir } = task.dirs;
    expect(mounts(task, {}).binds).toEqual([
      ...[`${sharedDir}:/alloc`, `${logDir}:/alloc/logs`, `${localDir}:/local`, `${secretsDir}:/secrets`],
    ]);
    expect(mounts(task, { volumes: ['local/x:/y:ro'] }, { selinuxlabel: 'z' }).binds).toEqual([
      ...[
        `${sharedDir}:/alloc:z`,
        `${logDir}:/alloc/logs:z`,
        `${localDir}:/local:z`,
        `${secretsDir}:/secrets:z`,
        `${taskDir}/local/x:/y:ro,z`,
      ],
    ]);
  });

  it('are volumes by name and driver where the operator allows them', async () => {
    const task = aTaskSpec(await tempDir(), {});
    const named = { volumes: ['data:/x'], volume_driver: 'pxd' };
    expect(mounts(task, named, { enabled: true }).binds.at(-1)).toBe('data:/x');
    expect(() => mounts(task, named)).toThrow(/cannot use volume driver "pxd"/);
    const mount = [
      { source: 'v', target: '/v', volume_options: [{ driver_config: [{ name: 'pxd', options: [{ a: 'b' }] }] }] },
    ];
    expect(mounts(task, { mount }, { enabled: true }).mounts).toEqual([
      {
        Type: 'volume',
        Target: '/v',
        ReadOnly: false,
        Source: 'v',
        VolumeOptions: { NoCopy: false, Labels: {}, DriverConfig: { Name: 'pxd', Options: { a: 'b' } } },
      },
    ]);
    expect(() => mounts(task, { mount })).toThrow(/cannot use volume driver "pxd"/);
  });

  it('do not follow a link out of the allocation', async () => {
    const task = aTaskSpec(await tempDir(), {});
    symlinkSync('/etc', join(task.dirs.localDir, 'out'));
    for (const source of ['local/out', 'local/out/ssl', '/etc', '../../..'])
      expect(() => mounts(task, { volumes: [`${source}:/x`] }), source).toThrow(/cannot mount host paths/);
    expect(() => mounts(task, { volumes: ['justone'] })).toThrow(/not of the form SOURCE:TARGET/);
    expect(mounts(task, { volumes: ['local/out:/x'] }, { enabled: true }).binds).toHaveLength(5);
  });
});
