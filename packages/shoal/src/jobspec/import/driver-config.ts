import { argument, block, type Expression, type Item, isName } from './hcl-text.ts';
import { bytes, isMapping, type Mapping, mapping, pairs, text, texts } from './yaml-values.ts';

type Write = (text: string) => Expression;

/** What the docker driver calls otherwise, or the same. */
const TEXTS: Readonly<Record<string, string>> = {
  working_dir: 'work_dir',
  hostname: 'hostname',
  pid: 'pid_mode',
  ipc: 'ipc_mode',
  userns_mode: 'userns_mode',
  mac_address: 'mac_address',
  runtime: 'runtime',
  isolation: 'isolation',
  uts: 'uts_mode',
  cgroup: 'cgroupns',
  cpuset: 'cpuset_cpus',
};
const FLAGS: Readonly<Record<string, string>> = {
  privileged: 'privileged',
  init: 'init',
  tty: 'tty',
  stdin_open: 'interactive',
  read_only: 'readonly_rootfs',
};
const LISTS: Readonly<Record<string, string>> = {
  cap_add: 'cap_add',
  cap_drop: 'cap_drop',
  security_opt: 'security_opt',
  dns: 'dns_servers',
  dns_search: 'dns_search_domains',
  dns_opt: 'dns_options',
  group_add: 'group_add',
};

/** Keys of a service that `driverConfig` deals with. */
export const DRIVER_KEYS = [
  ...Object.keys(TEXTS),
  ...Object.keys(FLAGS),
  ...Object.keys(LISTS),
  ...[
    'network_mode',
    'extra_hosts',
    'shm_size',
    'sysctls',
    'ulimits',
    'logging',
    'devices',
    'pull_policy',
    'pids_limit',
    'oom_score_adj',
    'storage_opt',
  ],
];

/** Settings of a container that only have another name. */
export function driverConfig(service: Mapping, write: Write): Item[] {
  return [
    ...named(service, TEXTS, (value) => text(value) && write(text(value) as string)),
    ...networkMode(text(service['network_mode']), write),
    ...named(service, FLAGS, (value) => (text(value) === 'true' ? true : undefined)),
    ...named(service, LISTS, (value) => list(texts(value).map(write))),
    ...items('extra_hosts', list(extraHosts(service['extra_hosts']))),
    ...items('shm_size', bytes(service['shm_size'])),
    ...items('pids_limit', pidsLimit(service)),
    ...items('force_pull', text(service['pull_policy']) === 'always' ? true : undefined),
    ...items('oom_score_adj', typeof service['oom_score_adj'] === 'number' ? service['oom_score_adj'] : undefined),
    ...items('storage_opt', map(pairs(service['storage_opt']), write)),
    ...items('sysctl', map(pairs(service['sysctls']), write)),
    ...ulimits(service['ulimits']),
    ...logging(service['logging'], write),
    ...devices(service['devices']),
  ];
}

/** Another container's network has no equal: that is told elsewhere. */
function networkMode(mode: string | undefined, write: Write): Item[] {
  return mode === undefined || /^(?:service|container):/.test(mode) ? [] : [argument('network_mode', write(mode))];
}

function named(
  service: Mapping,
  names: Readonly<Record<string, string>>,
  read: (value: unknown) => Expression | undefined,
): Item[] {
  return Object.entries(names).flatMap(([key, name]) => {
    const value = service[key] === undefined ? undefined : read(service[key]);
    return value === undefined || value === '' ? [] : [argument(name, value)];
  });
}

function items(name: string, value: Expression | undefined): Item[] {
  return value === undefined ? [] : [argument(name, value)];
}

function list(values: readonly Expression[]): Expression | undefined {
  return values.length === 0 ? undefined : values;
}

function map(entries: readonly (readonly [string, string | undefined])[], write: Write): Expression | undefined {
  if (entries.length === 0) return undefined;
  return { map: Object.fromEntries(entries.map(([key, value]) => [key, write(value ?? '')])) };
}

function pidsLimit(service: Mapping): number | undefined {
  const limits = mapping(mapping(mapping(service['deploy'])['resources'])['limits']);
  const most = service['pids_limit'] ?? limits['pids'];
  return typeof most === 'number' ? most : undefined;
}

/** `name:address` lines or a mapping. */
function extraHosts(value: unknown): string[] {
  return isMapping(value)
    ? Object.entries(value).flatMap(([name, at]) => texts(at).map((each) => `${name}:${each}`))
    : texts(value).map((line) => line.replace('=', ':'));
}

function ulimits(value: unknown): Item[] {
  const named = Object.entries(mapping(value)).filter(([name]) => isName(name));
  const limits = named.map(([name, limit]): Item => {
    const { soft, hard } = mapping(limit) as { soft?: unknown; hard?: unknown };
    return argument(name, text(limit) ?? `${text(soft) ?? ''}:${text(hard) ?? ''}`);
  });
  return limits.length === 0 ? [] : [block('ulimit', [], limits)];
}

function logging(value: unknown, write: Write): Item[] {
  const { driver, options } = mapping(value) as { driver?: unknown; options?: unknown };
  const type = text(driver);
  if (type === undefined) return [];
  const config = map(pairs(options), write);
  return [block('logging', [], [argument('type', type), ...items('config', config)])];
}

function devices(value: unknown): Item[] {
  if (!Array.isArray(value)) return [];
  const all = value.flatMap((entry): Expression[] => {
    const [host = '', container = host, permissions] = (text(entry) ?? '').split(':');
    if (host === '') return [];
    const more = permissions === undefined ? {} : { cgroup_permissions: permissions };
    return [{ map: { host_path: host, container_path: container, ...more } }];
  });
  return items('devices', list(all));
}
