import { block, blocks, duration, flag, ignored, map, type Read, readFields, text, texts, whole } from '../shape.ts';

const mount = {
  type: text,
  target: text,
  source: text,
  readonly: flag,
  bind_options: block({ propagation: text }),
  tmpfs_options: block({ size: whole, mode: whole }),
  volume_options: block({ no_copy: flag, labels: map, driver_config: block({ name: text, options: map }) }),
};

/** All that a task's `config` may hold (https://developer.hashicorp.com/nomad/docs/drivers/docker). */
const fields = {
  image: text,
  command: text,
  args: texts,
  entrypoint: texts,
  image_pull_timeout: duration,
  force_pull: flag,
  load: text,
  auth: block({ username: text, password: text, email: text, server_address: text }),
  auth_soft_fail: flag,

  ports: texts,
  port_map: map,
  network_mode: text,
  network_aliases: texts,
  ipv4_address: text,
  ipv6_address: text,
  mac_address: text,
  advertise_ipv6_address: flag,
  hostname: text,
  extra_hosts: texts,
  dns_servers: texts,
  dns_search_domains: texts,
  dns_options: texts,

  volumes: texts,
  volume_driver: text,
  mount: blocks(mount),
  mounts: blocks(mount),
  devices: blocks({ host_path: text, container_path: text, cgroup_permissions: text }),
  storage_opt: map,
  shm_size: whole,
  readonly_rootfs: flag,

  privileged: flag,
  cap_add: texts,
  cap_drop: texts,
  group_add: texts,
  security_opt: texts,
  sysctl: map,
  ulimit: map,
  userns_mode: text,
  pid_mode: text,
  ipc_mode: text,
  uts_mode: text,
  cgroupns: text,
  runtime: text,

  memory_hard_limit: whole,
  cpu_hard_limit: flag,
  cpu_cfs_period: whole,
  cpuset_cpus: text,
  pids_limit: whole,
  oom_score_adj: whole,

  work_dir: text,
  tty: flag,
  interactive: flag,
  init: flag,
  labels: map,
  logging: block({ type: text, driver: text, config: map }),
  healthchecks: block({ disable: flag }),
  container_exists_attempts: ignored,
  isolation: ignored,
};

const reader = block(fields);
export type TaskConfig = Read<typeof reader>;
export type MountConfig = NonNullable<TaskConfig['mounts']>[number];

/** Reads a task's `config`. Mistakes are sentences, as `Driver.validate` answers them. */
export function readTaskConfig(config: Record<string, unknown>): { config: TaskConfig; mistakes: string[] } {
  const mistakes: string[] = [];
  const read = readFields(config, fields, '', (mistake) => mistakes.push(mistake));
  if (config['image'] === undefined) mistakes.push('The argument "image" is required, but no definition was found');
  else if (read.image?.trim() === '') mistakes.push('"image" must not be empty');
  const period = read.cpu_cfs_period;
  if (period !== undefined && period !== 0 && (period < 1_000 || period > 1_000_000)) {
    mistakes.push(`"cpu_cfs_period" must be from 1000 to 1000000 microseconds, not ${period}`);
  }
  for (const limit of Object.entries(read.ulimit ?? {})) {
    if (!/^-?\d+(:-?\d+)?$/.test(limit[1]))
      mistakes.push(`"ulimit.${limit[0]}" must be "SOFT" or "SOFT:HARD", not "${limit[1]}"`);
  }
  for (const [label, port] of Object.entries(read.port_map ?? {})) {
    if (!/^\d+$/.test(port)) mistakes.push(`"port_map.${label}" must be a port number, not "${port}"`);
  }
  for (const { type = 'volume', target } of [...(read.mount ?? []), ...(read.mounts ?? [])]) {
    if (!['bind', 'volume', 'tmpfs'].includes(type))
      mistakes.push(`a mount's type is "bind", "volume" or "tmpfs", not "${type}"`);
    if (!target) mistakes.push(`a mount of type "${type}" needs a "target"`);
  }
  for (const { host_path: path } of read.devices ?? [])
    if (!path) mistakes.push('"devices" needs a "host_path" for each device');
  return { config: read, mistakes };
}
