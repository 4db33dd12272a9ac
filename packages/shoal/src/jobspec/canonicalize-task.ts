import type {
  Affinity,
  ConsulUse,
  RestartPolicy,
  Task,
  TaskArtifact,
  Template,
  VaultConfig,
  VolumeMount,
  WorkloadIdentity,
} from '@shoal/api';
import { canonicalResources } from './canonicalize-resources.ts';
import { canonicalServices } from './canonicalize-service.ts';
import { CHANGE_SCRIPT_TIMEOUT, KILL_TIMEOUT, LOG_CONFIG, PLUGIN_HEALTH_TIMEOUT, TEMPLATE_SPLAY } from './defaults.ts';
import type { Draft } from './draft.ts';
import { fill } from './fill.ts';
import { weighted } from './weight.ts';

export type TaskContext = { jobName: string; groupName: string; restart: RestartPolicy };

export function canonicalTask(draft: Draft<Task>, context: TaskContext): Task {
  const task = draft as Task;
  return {
    ...task,
    Affinities: weighted<Affinity>(draft.Affinities),
    Services: canonicalServices(draft.Services, `${context.jobName}-${context.groupName}-${task.Name}`),
    Resources: canonicalResources(draft.Resources),
    RestartPolicy: fill(draft.RestartPolicy, context.restart),
    LogConfig: fill(draft.LogConfig, LOG_CONFIG),
    KillTimeout: draft.KillTimeout ?? KILL_TIMEOUT,
    Lifecycle: draft.Lifecycle?.Hook ? task.Lifecycle : null,
    Artifacts: draft.Artifacts?.map((each) => canonicalArtifact(each as Draft<TaskArtifact>)) ?? null,
    Templates: draft.Templates?.map((each) => canonicalTemplate(each as Draft<Template>)) ?? null,
    Vault: draft.Vault ? fill(draft.Vault as Draft<VaultConfig>, VAULT) : null,
    VolumeMounts: draft.VolumeMounts?.map((each) => fill(each as Draft<VolumeMount>, VOLUME_MOUNT)) ?? null,
    ...(task.Consul && { Consul: canonicalConsul(task.Consul) }),
    ...canonicalIdentities(task),
    ...(task.CSIPluginConfig && { CSIPluginConfig: canonicalPlugin(task.CSIPluginConfig) }),
  };
}

export function canonicalConsul(consul: ConsulUse): ConsulUse {
  return { ...consul, Cluster: consul.Cluster || 'default' };
}

function canonicalPlugin(plugin: NonNullable<Task['CSIPluginConfig']>): NonNullable<Task['CSIPluginConfig']> {
  return {
    ...plugin,
    MountDir: plugin['MountDir'] || '/csi',
    StagePublishBaseDir: plugin['StagePublishBaseDir'] || '/local/csi',
    HealthTimeout: plugin['HealthTimeout'] || PLUGIN_HEALTH_TIMEOUT,
  };
}

/** The API has a field of its own for the one without a name. What is there already is not added again, whatever it is called. */
function canonicalIdentities({ Identity: alone, Identities: named }: Task): Pick<Task, 'Identities'> {
  const all = named ?? [];
  const isThere = all.some(({ Name }) => Name === '' || Name === 'default' || Name === alone?.Name);
  const together = alone && !isThere ? [alone, ...all] : all;
  return together.length > 0 || named ? { Identities: together.map(canonicalIdentity) } : {};
}

function canonicalIdentity(identity: WorkloadIdentity): WorkloadIdentity {
  return {
    ...identity,
    ChangeMode: identity.ChangeMode || 'noop',
    ChangeSignal: identity.ChangeSignal.toUpperCase(),
  };
}

const VAULT: VaultConfig = {
  Policies: null,
  Namespace: '',
  Env: true,
  ChangeMode: 'restart',
  ChangeSignal: 'SIGHUP',
};

const VOLUME_MOUNT: VolumeMount = { Volume: '', Destination: '', ReadOnly: false, PropagationMode: 'private' };

const TEMPLATE: Template = {
  SourcePath: '',
  DestPath: '',
  EmbeddedTmpl: '',
  ChangeMode: 'restart',
  ChangeSignal: '',
  Splay: TEMPLATE_SPLAY,
  Perms: '0644',
  LeftDelim: '{{',
  RightDelim: '}}',
  Envvars: false,
  VaultGrace: 0,
};

function canonicalArtifact(draft: Draft<TaskArtifact>): TaskArtifact {
  const source = draft.GetterSource ?? '';
  const mode = draft.GetterMode ?? 'any';
  const destination = mode === 'file' ? `local/${source.slice(source.lastIndexOf('/') + 1)}` : 'local/';
  return {
    ...(draft as TaskArtifact),
    GetterSource: source,
    GetterMode: mode as TaskArtifact['GetterMode'],
    RelativeDest: draft.RelativeDest ?? destination,
    GetterOptions: emptyAsNull(draft.GetterOptions as Record<string, string> | null),
    GetterHeaders: emptyAsNull(draft.GetterHeaders as Record<string, string> | null),
  };
}

function emptyAsNull<T extends object>(map: T | null): T | null {
  return map !== null && Object.keys(map).length > 0 ? map : null;
}

function canonicalTemplate(draft: Draft<Template>): Template {
  const template = fill<Template>(draft, TEMPLATE);
  const unsetSignal = template.ChangeMode === 'signal' ? 'SIGHUP' : '';
  const script = template.ChangeScript;
  return {
    ...template,
    ChangeSignal: draft.ChangeSignal?.toUpperCase() ?? unsetSignal,
    ...(script && { ChangeScript: { ...script, Timeout: script.Timeout || CHANGE_SCRIPT_TIMEOUT } }),
  };
}
