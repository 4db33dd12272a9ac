import {
  duration,
  flag,
  free,
  integer,
  later,
  nullable,
  required,
  type Struct,
  text,
  textMap,
  texts,
} from './field.ts';

export const update: Struct = {
  name: 'update',
  fields: {
    Stagger: nullable(duration('stagger')),
    MaxParallel: nullable(integer('max_parallel')),
    HealthCheck: nullable(text('health_check')),
    MinHealthyTime: nullable(duration('min_healthy_time')),
    HealthyDeadline: nullable(duration('healthy_deadline')),
    ProgressDeadline: nullable(duration('progress_deadline')),
    AutoRevert: nullable(flag('auto_revert')),
    AutoPromote: nullable(flag('auto_promote')),
    Canary: nullable(integer('canary')),
  },
};

export const migrate: Struct = {
  name: 'migrate',
  fields: {
    MaxParallel: nullable(integer('max_parallel')),
    HealthCheck: nullable(text('health_check')),
    MinHealthyTime: nullable(duration('min_healthy_time')),
    HealthyDeadline: nullable(duration('healthy_deadline')),
  },
};

export const restart: Struct = {
  name: 'restart',
  fields: {
    Attempts: nullable(integer('attempts')),
    Interval: nullable(duration('interval')),
    Delay: nullable(duration('delay')),
    Mode: nullable(text('mode')),
    RenderTemplates: later(flag('render_templates')),
  },
};

export const reschedule: Struct = {
  name: 'reschedule',
  fields: {
    Attempts: nullable(integer('attempts')),
    Interval: nullable(duration('interval')),
    Delay: nullable(duration('delay')),
    DelayFunction: nullable(text('delay_function')),
    MaxDelay: nullable(duration('max_delay')),
    Unlimited: nullable(flag('unlimited')),
  },
};

export const periodic: Struct = {
  name: 'periodic',
  fields: {
    Enabled: nullable(flag('enabled')),
    Spec: nullable(text('cron')),
    Specs: later(texts('crons')),
    SpecType: nullable(text()),
    ProhibitOverlap: nullable(flag('prohibit_overlap')),
    TimeZone: nullable(text('time_zone')),
  },
  finish(values) {
    if (values['Spec'] !== null || values['Specs'] !== undefined) values['SpecType'] = 'cron';
  },
};

export const parameterized: Struct = {
  name: 'parameterized',
  fields: {
    Payload: text('payload'),
    MetaRequired: texts('meta_required'),
    MetaOptional: texts('meta_optional'),
  },
};

const scalingFields: Struct['fields'] = {
  ID: text(),
  Namespace: text(),
  Type: text('type'),
  Target: textMap(),
  Min: nullable(integer('min')),
  Max: required(nullable(integer('max'))),
  Policy: free('policy'),
  Enabled: nullable(flag('enabled')),
  CreateIndex: integer(),
  ModifyIndex: integer(),
};

export const groupScaling: Struct = {
  name: 'scaling',
  fields: scalingFields,
  finish(values) {
    values['Type'] ||= 'horizontal';
  },
};

export const taskScaling: Struct = {
  name: 'scaling',
  label: 'Type',
  labels: { cpu: 'vertical_cpu', mem: 'vertical_mem' },
  fields: scalingFields,
};
