import type { TaskSpec } from '../driver.ts';
import type { DockerSettings } from './settings.ts';
import type { TaskConfig } from './task-config.ts';

const PREFIX = 'com.hashicorp.nomad.';

/** By these a container is found again: the start that it belongs to, and the node that made it. */
export const START_LABEL = 'dev.shoal.start';
export const NODE_LABEL = 'dev.shoal.node';
export const ALLOC_LABEL = `${PREFIX}alloc_id`;
export const TASK_LABEL = 'dev.shoal.task';

/** What must be known of a container to take it over when only its start was announced: `Kept` as JSON. */
const KEPT_LABEL = 'dev.shoal.kept';

export type Kept = {
  task: string;
  logDir: string;
  taskDir: string;
  maxFiles: number;
  maxFileSizeBytes: number;
  discard?: boolean;
  /** Services are announced under its IPv6 address. */
  ipv6: boolean;
};

export function keptOf(task: TaskSpec, config: TaskConfig): Kept {
  const { logDir, taskDir } = task.dirs;
  return { task: task.task, logDir, taskDir, ...task.logs, ipv6: config.advertise_ipv6_address ?? false };
}

/** Undefined for a container that somebody else made. */
export function keptIn(labels: Record<string, string> | null): Kept | undefined {
  const text = labels?.[KEPT_LABEL];
  return text === undefined ? undefined : (JSON.parse(text) as Kept);
}

export type NodeNames = { readonly id: string; readonly name: string };

/** The user's, ours, and of Nomad's further ones those that the operator asks for. */
export function labelsOf(
  task: TaskSpec,
  config: TaskConfig,
  { extraLabels }: Pick<DockerSettings, 'extraLabels'>,
  node: NodeNames,
): Record<string, string> {
  const extra: Record<string, string> = {
    job_id: task.job.id,
    job_name: task.job.name,
    task_group_name: task.job.group,
    task_name: task.task,
    namespace: task.job.namespace,
    node_id: node.id,
    node_name: node.name,
    short_alloc_id: task.allocId.slice(0, 8),
  };
  const asked = Object.entries(extra).filter(([name]) => extraLabels.some((pattern) => matches(pattern, name)));
  return {
    ...config.labels,
    ...Object.fromEntries(asked.map(([name, value]) => [PREFIX + name, value])),
    [ALLOC_LABEL]: task.allocId,
    [TASK_LABEL]: task.task,
    [START_LABEL]: task.id,
    [NODE_LABEL]: node.id,
    [KEPT_LABEL]: JSON.stringify(keptOf(task, config)),
  };
}

/** Patterns are the operator's, with `*` for anything. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const found = index === rest.length - 1 ? name.length - part.length : name.indexOf(part, at);
    if (found < at || !name.startsWith(part, found)) return false;
    at = found + part.length;
  }
  return at === name.length;
}
