import type { Job, NetworkResource, Port, Resources, Service, Task, TaskGroup } from '@shoal/api';

/** What a group's tasks take from their job. */
export type SurroundingJob = Pick<Job, 'Meta' | 'Affinities' | 'Spreads'>;

/**
 * Whether allocations of `before` must be replaced to become `after` (a destructive update), or can be told of it while
 * they run (in place): counts, policies, constraints, services, tags and checks, kill timeouts and logs need no new
 * allocation; whatever a task is started with does, and a new preference for nodes too (Nomad: `job plan`,
 * "create/destroy update").
 *
 * Both groups are canonical. With `jobs`, what they take from their jobs counts too. This file imports types only: the
 * scheduler uses it.
 */
export function tasksUpdated(
  before: TaskGroup,
  after: TaskGroup,
  jobs: { before: SurroundingJob; after: SurroundingJob } = { before: NO_JOB, after: NO_JOB },
): boolean {
  const old = startedWith(before, jobs.before);
  const current = startedWith(after, jobs.after);
  return !same(old, current);
}

const NO_JOB: SurroundingJob = { Meta: null, Affinities: null, Spreads: null };

function startedWith(group: TaskGroup, job: SurroundingJob): unknown {
  const meta = { ...job.Meta, ...group.Meta };
  return {
    networks: networksOf(group.Networks),
    volumes: group.Volumes ?? {},
    disk: group.EphemeralDisk,
    secrets: group.Secrets ?? [],
    consul: group.Consul ?? null,
    mesh: (group.Services ?? []).filter((service) => service.Connect).map(meshOf),
    spreads: [...(job.Spreads ?? []), ...(group.Spreads ?? [])],
    affinities: [...(job.Affinities ?? []), ...(group.Affinities ?? [])],
    tasks: Object.fromEntries((group.Tasks ?? []).map((task) => [task.Name, taskStartedWith(task, meta)])),
  };
}

/** A sidecar or gateway is a task of its own, made of these. */
function meshOf(service: Service): unknown {
  return { name: service.Name, port: service.PortLabel, connect: service.Connect };
}

function taskStartedWith(task: Task, surroundingMeta: Record<string, string>): unknown {
  return {
    driver: task.Driver,
    user: task.User,
    config: task.Config ?? {},
    env: task.Env ?? {},
    meta: { ...surroundingMeta, ...task.Meta },
    affinities: task.Affinities ?? [],
    kind: task.Kind,
    leader: task.Leader,
    artifacts: task.Artifacts ?? [],
    templates: task.Templates ?? [],
    vault: task.Vault,
    payload: task.DispatchPayload,
    mounts: task.VolumeMounts ?? [],
    lifecycle: task.Lifecycle,
    plugin: task.CSIPluginConfig ?? null,
    identities: [task.Identity ?? null, task.Identities ?? []],
    secrets: [...(task.Secrets ?? [])],
    schedule: task.Schedule ?? null,
    consul: task.Consul ?? null,
    resources: resourcesOf(task.Resources),
    discardsOutput: task.LogConfig.Disabled ?? false,
  };
}

function resourcesOf(resources: Resources): unknown {
  return {
    cpu: resources.CPU,
    cores: resources.Cores ?? 0,
    memory: resources.MemoryMB,
    memoryMax: resources.MemoryMaxMB ?? 0,
    numa: resources.NUMA ?? null,
    secrets: resources.SecretsMB ?? 0,
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
    cni: each.CNI ?? null,
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
