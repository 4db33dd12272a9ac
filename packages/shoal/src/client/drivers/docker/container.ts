import type { TaskSpec } from '../driver.ts';
import { capabilities } from './capabilities.ts';
import { labelsOf, type NodeNames } from './labels.ts';
import { mountsOf } from './mounts.ts';
import { publishedPorts } from './ports.ts';
import type { DockerSettings } from './settings.ts';
import type { TaskConfig } from './task-config.ts';

export type ContainerInput = {
  task: TaskSpec;
  config: TaskConfig;
  settings: DockerSettings;
  node: NodeNames;
  /** The image's id: its name may mean another one in a moment. */
  image: string;
  /** Servers that the container asks for names; undefined leaves it to the engine. */
  dns: readonly string[] | undefined;
  /** The network of the allocation, where the container is in it. */
  joined: JoinedNetwork | undefined;
  /** Texts of seccomp profiles, by the path in `security_opt`. */
  profiles: Readonly<Record<string, string>>;
  coreMHz: number;
};

/** Another container's network, and the files that go with it. */
export type JoinedNetwork = { readonly holder: string; readonly resolvConf: string; readonly hosts: string };

const MEGABYTE = 1024 * 1024;
const DEFAULT_PERIOD_US = 100_000;

/** `{taskName}-{allocId}`, in the letters that the engine allows. */
export function containerName({ task, allocId }: Pick<TaskSpec, 'task' | 'allocId'>): string {
  return `${task.replaceAll(/[^a-zA-Z0-9_.-]/g, '_').replace(/^[^a-zA-Z0-9]/, 'x')}-${allocId}`;
}

/**
 * What the engine is asked to create (https://docs.docker.com/reference/api/engine/version/v1.44/#tag/Container/operation/ContainerCreate). Throws
 * `Error` with a sentence for what this node does not allow or the allocation does not have.
 */
export function containerBody(input: ContainerInput): Record<string, unknown> {
  const { task, config, settings, node, joined } = input;
  const { ExposedPorts, PortBindings } = publishedPorts(task.ports, config);
  const command = [...(config.command === undefined ? [] : [config.command]), ...(config.args ?? [])];
  return defined({
    Image: input.image,
    Cmd: command.length > 0 ? command : undefined,
    Entrypoint: config.entrypoint,
    Env: Object.entries(task.env).map(([name, value]) => `${name}=${value}`),
    User: task.user || undefined,
    WorkingDir: config.work_dir,
    // The other container's, as all of the network.
    Hostname: joined === undefined ? config.hostname : undefined,
    MacAddress: config.mac_address,
    Tty: config.tty,
    OpenStdin: config.interactive,
    Labels: labelsOf(task, config, settings, node),
    ExposedPorts: joined === undefined ? ExposedPorts : undefined,
    Healthcheck: config.healthchecks?.disable ? { Test: ['NONE'] } : undefined,
    HostConfig: hostConfig(input, PortBindings),
    NetworkingConfig: joined === undefined ? networkingConfig(config) : undefined,
  });
}

function hostConfig(input: ContainerInput, PortBindings: object): Record<string, unknown> {
  const { task, config, settings, joined } = input;
  const { binds, mounts } = mountsOf(task, config, settings);
  const caps = allowedCaps(config, settings);
  return defined({
    ...limits(input),
    ...logging(input),
    ...(joined === undefined ? names(input) : {}),
    PortBindings: joined === undefined ? PortBindings : undefined,
    Binds: [...binds, ...etcOf(joined, settings)],
    Mounts: mounts,
    VolumeDriver: config.volume_driver,
    NetworkMode: joined === undefined ? config.network_mode : `container:${joined.holder}`,
    CapAdd: caps?.add,
    CapDrop: caps?.drop,
    Privileged: privileged(config, settings),
    SecurityOpt: config.security_opt?.map((option) => withProfile(option, input.profiles)),
    GroupAdd: config.group_add,
    UsernsMode: config.userns_mode,
    PidMode: shared('pid_mode', config.pid_mode, settings),
    IpcMode: shared('ipc_mode', config.ipc_mode, settings),
    UTSMode: shared('uts_mode', config.uts_mode, settings),
    CgroupnsMode: config.cgroupns,
    Runtime: runtime(config, settings),
    Init: config.init,
    ReadonlyRootfs: config.readonly_rootfs,
    ShmSize: config.shm_size,
    StorageOpt: config.storage_opt,
    Sysctls: config.sysctl,
    Devices: config.devices?.map(({ host_path: path, container_path: inside, cgroup_permissions: may }) => ({
      PathOnHost: path,
      PathInContainer: inside ?? path,
      CgroupPermissions: may ?? 'rwm',
    })),
  });
}

function etcOf(joined: JoinedNetwork | undefined, { volumes }: DockerSettings): string[] {
  if (joined === undefined) return [];
  const options = ['ro', ...(volumes.selinuxLabel === '' ? [] : [volumes.selinuxLabel])].join(',');
  return [`${joined.resolvConf}:/etc/resolv.conf:${options}`, `${joined.hosts}:/etc/hosts:${options}`];
}

/** Memory cannot be swapped out. With a limit above it, the job's `memory` is what the task may have when memory is short. */
function limits({ task, config, settings, coreMHz }: ContainerInput): Record<string, unknown> {
  const { cpuMHz, memoryMB, memoryMaxMB } = task.resources;
  const hardMB = config.memory_hard_limit ?? memoryMaxMB;
  const Memory = Math.max(hardMB, memoryMB) * MEGABYTE;
  const period = config.cpu_cfs_period || DEFAULT_PERIOD_US;
  return {
    CpuShares: Math.max(2, Math.round(cpuMHz)),
    Memory,
    MemorySwap: Memory,
    MemoryReservation: hardMB > memoryMB ? memoryMB * MEGABYTE : undefined,
    CpuPeriod: config.cpu_hard_limit || config.cpu_cfs_period ? period : undefined,
    CpuQuota: config.cpu_hard_limit ? Math.max(1_000, Math.round((cpuMHz / coreMHz) * period)) : undefined,
    CpusetCpus: config.cpuset_cpus,
    PidsLimit: pidsLimit(config, settings),
    OomScoreAdj: config.oom_score_adj,
    Ulimits: Object.entries(config.ulimit ?? {}).map(([Name, limit]) => {
      const [soft = 0, hard = soft] = limit.split(':').map(Number);
      return { Name, Soft: soft, Hard: hard };
    }),
  };
}

/**
 * What a task says while the agent is away shall still be there when it is back; and engines lose some for a reader that is slower than a whole file.
 */
const ENGINE_LOG = { 'max-file': '2', 'max-size': '20m' };

function logging({ config, settings }: ContainerInput): Record<string, unknown> {
  const asked = config.logging ?? settings.logging;
  const type = config.logging?.driver ?? asked?.type ?? 'json-file';
  return { LogConfig: { Type: type, Config: { ...(type === 'json-file' && ENGINE_LOG), ...asked?.config } } };
}

function names({ task, config, dns }: ContainerInput): Record<string, unknown> {
  return {
    Dns: dns,
    DnsSearch: config.dns_search_domains ?? nonEmpty(task.dns?.searches),
    DnsOptions: config.dns_options ?? nonEmpty(task.dns?.options),
    ExtraHosts: config.extra_hosts,
  };
}

function networkingConfig(config: TaskConfig): Record<string, unknown> | undefined {
  const { network_mode: mode, network_aliases: Aliases, ipv4_address: v4, ipv6_address: v6 } = config;
  if (mode === undefined || (!Aliases && !v4 && !v6)) return undefined;
  const IPAMConfig = v4 || v6 ? defined({ IPv4Address: v4, IPv6Address: v6 }) : undefined;
  return { EndpointsConfig: { [mode]: defined({ Aliases, IPAMConfig }) } };
}

function allowedCaps(config: TaskConfig, settings: DockerSettings) {
  if (config.privileged) return undefined;
  const caps = capabilities({ add: config.cap_add ?? [], drop: config.cap_drop ?? [] }, settings.allowCaps);
  if (caps.refused.length === 0) return caps;
  throw new Error(
    `driver does not allow the following capabilities: ${caps.refused.join(', ')} (the operator allows them with allow_caps in the docker plug-in)`,
  );
}

const ASK_FOR_PRIVILEGE = '(the operator allows it with allow_privileged = true in the docker plug-in)';

function privileged({ privileged: wanted }: TaskConfig, { allowPrivileged }: DockerSettings): boolean | undefined {
  if (wanted && !allowPrivileged)
    throw new Error(`Docker privileged mode is disabled on this Nomad agent ${ASK_FOR_PRIVILEGE}`);
  return wanted;
}

function shared(key: string, mode: string | undefined, { allowPrivileged }: DockerSettings): string | undefined {
  if (mode !== undefined && mode !== '' && !['private', 'none', 'shareable'].includes(mode) && !allowPrivileged) {
    throw new Error(`"${key}" = "${mode}" needs privileged mode, which is disabled here ${ASK_FOR_PRIVILEGE}`);
  }
  return mode;
}

function runtime({ runtime: wanted }: TaskConfig, { allowRuntimes }: DockerSettings): string | undefined {
  if (wanted === undefined || allowRuntimes.includes(wanted)) return wanted;
  throw new Error(`requested runtime "${wanted}" is not allowed; allowed are: ${allowRuntimes.join(', ')}`);
}

function pidsLimit({ pids_limit: wanted }: TaskConfig, { pidsLimit: most }: DockerSettings): number | undefined {
  if (wanted !== undefined && most > 0 && wanted > most) {
    throw new Error(`"pids_limit" is ${wanted}, more than the ${most} of this node's docker plug-in`);
  }
  return wanted ?? (most > 0 ? most : undefined);
}

/** The engine takes the text of a seccomp profile, where people write its file. */
function withProfile(option: string, profiles: Readonly<Record<string, string>>): string {
  const path = profilePath(option);
  return path === undefined ? option : `seccomp=${profiles[path] ?? ''}`;
}

/** The file in `seccomp=FILE`; undefined for another option. */
export function profilePath(option: string): string | undefined {
  const value = /^seccomp[=:](.+)$/.exec(option)?.[1];
  return value === undefined || ['unconfined', 'builtin'].includes(value) || value.startsWith('{') ? undefined : value;
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

/** Without what is undefined: the engine has its own defaults. */
function defined(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
