import { consul } from './consul.ts';
import {
  duration,
  flag,
  free,
  integer,
  later,
  many,
  nullable,
  one,
  type Struct,
  text,
  textMap,
  textMapOrArgument,
  texts,
} from './field.ts';
import { identity } from './identity.ts';
import { logs } from './logs.ts';
import { affinity, constraint } from './placement.ts';
import { restart, taskScaling } from './policies.ts';
import { resources } from './resources.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { volumeMount } from './volume-mount.ts';

const SECOND = 1e9;

export const artifact: Struct = {
  name: 'artifact',
  fields: {
    GetterSource: nullable(text('source')),
    GetterOptions: textMap('options'),
    GetterHeaders: textMap('headers'),
    GetterMode: nullable(text('mode')),
    GetterInsecure: later(flag('insecure')),
    RelativeDest: nullable(text('destination')),
    Chown: later(flag('chown')),
  },
};

const changeScript: Struct = {
  name: 'change_script',
  fields: {
    Command: text('command'),
    Args: texts('args'),
    Timeout: duration('timeout'),
    FailOnError: flag('fail_on_error'),
  },
};

const templateWait: Struct = {
  name: 'wait',
  fields: { Min: duration('min'), Max: duration('max') },
};

export const template: Struct = {
  name: 'template',
  fields: {
    SourcePath: nullable(text('source')),
    DestPath: nullable(text('destination')),
    EmbeddedTmpl: nullable(text('data')),
    ChangeMode: nullable(text('change_mode')),
    ChangeSignal: nullable(text('change_signal')),
    ChangeScript: later(one(changeScript, 'change_script')),
    Splay: nullable(duration('splay')),
    Perms: nullable(text('perms')),
    Uid: later(integer('uid')),
    Gid: later(integer('gid')),
    LeftDelim: nullable(text('left_delimiter')),
    RightDelim: nullable(text('right_delimiter')),
    Envvars: nullable(flag('env')),
    VaultGrace: nullable(duration('vault_grace')),
    ErrMissingKey: later(flag('error_on_missing_key')),
    Once: later(flag('once')),
    Wait: later(one(templateWait, 'wait')),
  },
  finish(values) {
    values['ChangeMode'] ??= 'restart';
    values['Splay'] ??= 5 * SECOND;
    values['Perms'] ??= '0644';
  },
};

export const vault: Struct = {
  name: 'vault',
  fields: {
    Policies: texts('policies'),
    Role: later(text('role')),
    Namespace: nullable(text('namespace')),
    Cluster: later(text('cluster')),
    Env: nullable(flag('env')),
    DisableFile: later(flag('disable_file')),
    AllowTokenExpiration: later(flag('allow_token_expiration')),
    ChangeMode: nullable(text('change_mode')),
    ChangeSignal: nullable(text('change_signal')),
  },
  finish(values) {
    values['Env'] ??= true;
    values['ChangeMode'] ??= 'restart';
  },
};

const csiPlugin: Struct = {
  name: 'csi_plugin',
  fields: {
    ID: text('id'),
    Type: text('type'),
    MountDir: text('mount_dir'),
    StagePublishBaseDir: later(text('stage_publish_base_dir')),
    HealthTimeout: later(duration('health_timeout')),
  },
};

const action: Struct = {
  name: 'action',
  label: 'Name',
  fields: { Name: text(), Command: text('command'), Args: texts('args') },
};

const cronSchedule: Struct = {
  name: 'cron',
  fields: { Start: text('start'), End: text('end'), Timezone: text('timezone') },
};

const schedule: Struct = { name: 'schedule', fields: { Cron: one(cronSchedule, 'cron') } };

export const task: Struct = {
  name: 'task',
  label: 'Name',
  fields: {
    Name: text(),
    Driver: text('driver'),
    Config: free('config'),
    Env: textMapOrArgument('env'),
    User: text('user'),
    Kind: text('kind'),
    Leader: flag('leader'),
    Constraints: many(constraint, 'constraint'),
    Affinities: many(affinity, 'affinity'),
    Services: many(service, 'service'),
    Resources: one(resources, 'resources'),
    RestartPolicy: one(restart, 'restart'),
    Meta: textMapOrArgument('meta'),
    Artifacts: many(artifact, 'artifact'),
    Templates: many(template, 'template'),
    Vault: one(vault, 'vault'),
    Consul: later(one(consul, 'consul')),
    Identity: later(one(identity)),
    Identities: later(many(identity, 'identity')),
    Actions: later(many(action, 'action')),
    Schedule: later(one(schedule, 'schedule')),
    Secrets: later(many(secret, 'secret')),
    DispatchPayload: one({ name: 'dispatch_payload', fields: { File: text('file') } }, 'dispatch_payload'),
    VolumeMounts: many(volumeMount, 'volume_mount'),
    Lifecycle: one({ name: 'lifecycle', fields: { Hook: text('hook'), Sidecar: flag('sidecar') } }, 'lifecycle'),
    LogConfig: one(logs, 'logs'),
    KillTimeout: nullable(duration('kill_timeout')),
    KillSignal: text('kill_signal'),
    ShutdownDelay: duration('shutdown_delay'),
    ScalingPolicies: { ...many(taskScaling, 'scaling'), uniqueLabels: true },
    CSIPluginConfig: later(one(csiPlugin, 'csi_plugin')),
  },
};
