import type { Job, TaskGroup } from '@shoal/api';
import type { Path } from './findings.ts';

const OPERATORS = [
  ...['=', '!=', '<', '<=', '>', '>=', 'regexp', 'version', 'semver', 'is_set', 'is_not_set'],
  ...['set_contains', 'set_contains_all', 'set_contains_any', 'distinct_hosts', 'distinct_property'],
];

/** Closed sets of words, by the names of the last two steps that are fields. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  Type: ['service', 'batch', 'system', 'sysbatch'],
  'Constraints.Operand': OPERATORS,
  'Affinities.Operand': OPERATORS,
  'RestartPolicy.Mode': ['fail', 'delay'],
  'ReschedulePolicy.DelayFunction': ['constant', 'exponential', 'fibonacci'],
  'Update.HealthCheck': ['checks', 'task_states', 'manual'],
  'Migrate.HealthCheck': ['checks', 'task_states'],
  'Networks.Mode': ['none', 'host', 'bridge'],
  'Services.AddressMode': ['auto', 'host', 'driver', 'alloc'],
  'Services.Provider': ['consul', 'nomad'],
  'Checks.Type': ['http', 'tcp', 'grpc', 'script'],
  'Checks.Method': ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH', 'CONNECT'],
  'Checks.InitialStatus': ['passing', 'warning', 'critical'],
  'Checks.AddressMode': ['host', 'driver', 'alloc'],
  'Templates.ChangeMode': ['noop', 'restart', 'signal', 'script'],
  'Vault.ChangeMode': ['noop', 'restart', 'signal'],
  'Artifacts.GetterMode': ['any', 'file', 'dir'],
  'Lifecycle.Hook': ['prestart', 'poststart', 'poststop'],
  'ParameterizedJob.Payload': ['optional', 'required', 'forbidden'],
  'VolumeMounts.PropagationMode': ['private', 'host-to-task', 'bidirectional'],
  'Services.OnUpdate': ['require_healthy', 'ignore_warnings', 'ignore'],
  'Checks.OnUpdate': ['require_healthy', 'ignore_warnings', 'ignore'],
  'Identities.ChangeMode': ['noop', 'restart', 'signal'],
  'NUMA.Affinity': ['none', 'prefer', 'require'],
  'Disconnect.Reconcile': ['best_score', 'keep_original', 'keep_replacement', 'longest_running'],
};

/** The words that may stand at a place of the job, as far as they can be known. */
export function knownWords(path: Path, job: Job): readonly string[] {
  const fields = path.filter((step) => typeof step === 'string');
  const [above, field] = fields.slice(-2);
  const group = job.TaskGroups?.[Number(path[1])];
  if (fields.at(-1) === 'PortLabel' && group) return portLabels(group);
  if (above === 'VolumeMounts' && field === 'Volume') return Object.keys(group?.Volumes ?? {});
  // Names of volumes are steps of their own.
  if (path[2] === 'Volumes' && field === 'Type') return ['host', 'csi'];
  return WORDS[fields.length === 1 ? (fields[0] ?? '') : `${above}.${field}`] ?? [];
}

function portLabels({ Networks, Tasks }: TaskGroup): string[] {
  const networks = [...(Networks ?? []), ...(Tasks ?? []).flatMap(({ Resources }) => Resources.Networks ?? [])];
  const ports = networks.flatMap((each) => [...(each.ReservedPorts ?? []), ...(each.DynamicPorts ?? [])]);
  return ports.map(({ Label }) => Label);
}
