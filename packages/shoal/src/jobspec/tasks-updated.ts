import type { NetworkResource, Port, Resources, Service, Task, TaskGroup } from '@shoal/api';

/**
 * Whether allocations of `before` must be replaced to become `after` (a destructive update), or can be told of it while
 * they run (in place): counts, policies, constraints, services, tags and checks, kill timeouts and logs need no new
 * allocation; whatever a task is started with does (Nomad: `job plan`, "create/destroy update").
 *
 * Both groups are canonical. This file imports types only: the scheduler uses it.
 */
export function tasksUpdated(before: TaskGroup, after: TaskGroup): boolean {
  return !same(startedWithGroup(before), startedWithGroup(after)) || anyTaskUpdated(before, after);
}

/** `tasksUpdated` for whole jobs' meta: tasks see the job's and the group's meta merged with their own. */
export function metaUpdated(
  before: Record<string, string> | null | undefined,
  after: Record<string, string> | null | undefined,
): boolean {
  return !same(before ?? {}, after ?? {});
}

function anyTaskUpdated(before: TaskGroup, after: TaskGroup): boolean {
  const old = new Map((before.Tasks ?? []).map((task) => [task.Name, task]));
  const current = after.Tasks ?? [];
  if (old.size !== current.length) return true;
  return current.some((task) => {
    const earlier = old.get(task.Name);
    return earlier === undefined || !same(startedWith(earlier), startedWith(task));
  });
}

function startedWithGroup(group: TaskGroup): unknown {
  return {
    networks: networksOf(group.Networks),
    volumes: group.Volumes ?? {},
    disk: group.EphemeralDisk,
    meta: group.Meta ?? {},
    mesh: (group.Services ?? []).filter((service) => service.Connect).map(meshOf),
  };
}

/** A sidecar or gateway is a task of its own, made of these. */
function meshOf(service: Service): unknown {
  return { name: service.Name, port: service.PortLabel, connect: service.Connect };
}

function startedWith(task: Task): unknown {
  return {
    driver: task.Driver,
    user: task.User,
    config: task.Config ?? {},
    env: task.Env ?? {},
    meta: task.Meta ?? {},
    kind: task.Kind,
    leader: task.Leader,
    artifacts: task.Artifacts ?? [],
    templates: task.Templates ?? [],
    vault: task.Vault,
    payload: task.DispatchPayload,
    mounts: task.VolumeMounts ?? [],
    lifecycle: task.Lifecycle,
    plugin: task.CSIPluginConfig ?? null,
    resources: resourcesOf(task.Resources),
  };
}

function resourcesOf(resources: Resources): unknown {
  return {
    cpu: resources.CPU,
    cores: resources.Cores ?? 0,
    memory: resources.MemoryMB,
    memoryMax: resources.MemoryMaxMB ?? 0,
    networks: networksOf(resources.Networks),
    devices: (resources.Devices ?? []).map((each) => ({ ...each, Constraints: null, Affinities: null })),
  };
}

function networksOf(networks: NetworkResource[] | null): unknown {
  return (networks ?? []).map((each) => ({
    mode: each.Mode,
    hostname: each.Hostname ?? '',
    mbits: each.MBits ?? 0,
    dns: each.DNS,
    static: portsOf(each.ReservedPorts),
    dynamic: portsOf(each.DynamicPorts).map((port) => ({ ...port, value: 0 })),
  }));
}

function portsOf(ports: Port[] | null) {
  return (ports ?? []).map((port) => ({
    label: port.Label,
    value: port.Value,
    to: port.To,
    hostNetwork: port.HostNetwork || 'default',
  }));
}

/** Deep equality in which the order of members does not count, and `undefined` members do not exist. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => same(left[key], right[key]));
}
