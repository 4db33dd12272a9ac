import type { Allocation, Job, Node, Task, TaskGroup } from '@shoal/api';
import type { TaskDirs, TaskView } from '../drivers/driver.ts';
import { interpolateMap, type Variables } from './interpolate.ts';
import { nodeVariables } from './node-variables.ts';
import { cleanName, portVariables } from './port-variables.ts';

/** The environment of a task, and what `${…}` stands for in everything that the task's block says. */
export type TaskEnv = { env: Record<string, string>; variables: Variables };

export type TaskEnvInput = {
  allocation: Allocation;
  job: Job;
  group: TaskGroup;
  task: Task;
  node: Node;
  dirs: TaskDirs;
  /** What the task sees of its folders and ports; undefined for one that sees the host's. */
  inside?: TaskView | undefined;
  /** What the task starts from, see `hostEnv`. */
  hostEnv: Record<string, string>;
  /** What hooks made, such as templates with `env = true`; over the task's own. */
  hookEnv?: Record<string, string>;
};

/**
 * The host's variables, over them `NOMAD_*` (https://developer.hashicorp.com/nomad/docs/runtime/environment), over them the task's `env`, whose
 * values may refer to the node and to `NOMAD_*`.
 */
export function taskEnv(input: TaskEnvInput): TaskEnv {
  const node = nodeVariables(input.node, input.job.Region);
  const nomad = { ...metaVariables(input, lookup(node)), ...nomadVariables(input) };
  const own = underCleanNames(interpolateMap(input.task.Env, lookup(node, nomad)));
  const env = { ...input.hostEnv, ...nomad, ...own, ...input.hookEnv };
  return { env, variables: lookup(node, env) };
}

/** What `${…}` stands for outside of a task: in a group's services. */
export function groupVariables(input: Omit<TaskEnvInput, 'task' | 'dirs' | 'hostEnv' | 'hookEnv'>): Variables {
  const node = nodeVariables(input.node, input.job.Region);
  const meta = metaVariables({ ...input, task: null }, lookup(node));
  return lookup(node, {
    ...meta,
    ...identityVariables(input),
    ...portVariables(input.allocation, ''),
  });
}

function nomadVariables(input: TaskEnvInput): Record<string, string> {
  const { dirs, inside, task } = input;
  return {
    ...portVariables(input.allocation, task.Name, inside?.ports(task.Config ?? {})),
    ...identityVariables(input),
    ...limitVariables(input),
    NOMAD_TASK_NAME: task.Name,
    NOMAD_ALLOC_DIR: inside?.dirs.shared ?? dirs.sharedDir,
    NOMAD_TASK_DIR: inside?.dirs.local ?? dirs.localDir,
    NOMAD_SECRETS_DIR: inside?.dirs.secrets ?? dirs.secretsDir,
  };
}

function identityVariables({ allocation, job, node }: Omit<TaskEnvInput, 'task' | 'dirs' | 'hostEnv' | 'hookEnv'>) {
  const variables: Record<string, string> = {
    NOMAD_ALLOC_ID: allocation.ID,
    NOMAD_SHORT_ALLOC_ID: allocation.ID.slice(0, 8),
    NOMAD_ALLOC_NAME: allocation.Name,
    NOMAD_ALLOC_INDEX: allocationIndex(allocation.Name),
    NOMAD_JOB_ID: job.ID,
    NOMAD_JOB_NAME: job.Name,
    NOMAD_GROUP_NAME: allocation.TaskGroup,
    NOMAD_NAMESPACE: allocation.Namespace,
    NOMAD_REGION: job.Region,
    NOMAD_DC: node.Datacenter,
  };
  if (job.ParentID !== '') variables['NOMAD_JOB_PARENT_ID'] = job.ParentID;
  return variables;
}

function limitVariables({ allocation, task }: TaskEnvInput): Record<string, string> {
  const resources = allocation.AllocatedResources.Tasks[task.Name];
  if (resources === undefined) return {};
  const { Cpu, Memory } = resources;
  const variables: Record<string, string> = {
    NOMAD_CPU_LIMIT: String(Cpu.CpuShares),
    NOMAD_MEMORY_LIMIT: String(Memory.MemoryMB),
  };
  if (Cpu.ReservedCores?.length) variables['NOMAD_CPU_CORES'] = Cpu.ReservedCores.join(',');
  if (Memory.MemoryMaxMB) variables['NOMAD_MEMORY_MAX_LIMIT'] = String(Memory.MemoryMaxMB);
  return variables;
}

/** Dots stay, which programs know (`discovery.type`), though shells do not. */
function withDots(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_.]/g, '_');
}

/** Names that no shell can read are there with `_` as well (job specification, env). What the task says of that name itself goes before. */
function underCleanNames(env: Record<string, string>): Record<string, string> {
  return { ...Object.fromEntries(Object.entries(env).map(([name, value]) => [withDots(name), value])), ...env };
}

// The task's meta wins over the group's, the group's over the job's; each key in capitals, and as it is written: with dots and without.
function metaVariables(input: { job: Job; group: TaskGroup; task: Task | null }, node: Variables) {
  const meta = interpolateMap({ ...input.job.Meta, ...input.group.Meta, ...input.task?.Meta }, node);
  const entries = Object.entries(meta).flatMap(([key, value]) => [
    [`NOMAD_META_${cleanName(key).toUpperCase()}`, value],
    [`NOMAD_META_${cleanName(key)}`, value],
    [`NOMAD_META_${withDots(key)}`, value],
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

// `job.group[3]`
function allocationIndex(name: string): string {
  return /\[(\d+)\]$/.exec(name)?.[1] ?? '0';
}

function lookup(node: Map<string, string>, env: Record<string, string> = {}): Variables {
  return { get: (name) => (Object.hasOwn(env, name) ? env[name] : node.get(name)) };
}
