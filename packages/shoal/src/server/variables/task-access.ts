/** Whose templates ask. */
export type TaskIdentity = {
  readonly namespace: string;
  /** Of a child that was dispatched or is periodic: its parent's. */
  readonly job: string;
  readonly group: string;
  readonly task: string;
};

/** The paths of variables that a task may read, all in its namespace (https://developer.hashicorp.com/nomad/docs/concepts/variables#task-access-to-variables). */
export function readablePaths({ job, group, task }: TaskIdentity): string[] {
  const ofJob = `nomad/jobs/${job}`;
  return ['nomad/jobs', ofJob, `${ofJob}/${group}`, `${ofJob}/${group}/${task}`];
}

/** Why it may not read that variable; undefined if it may. */
export function accessRefusal(identity: TaskIdentity, namespace: string, path: string): string | undefined {
  const paths = readablePaths(identity);
  if (namespace === identity.namespace && paths.includes(path)) return undefined;
  const what = namespace === identity.namespace ? `"${path}"` : `"${path}" of namespace "${namespace}"`;
  return `task "${identity.task}" may not read the variable ${what}: it may read ${paths.map((known) => `"${known}"`).join(', ')} of its own namespace "${identity.namespace}"`;
}
