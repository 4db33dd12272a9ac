import type {
  Affinity,
  ConsulUse,
  DisconnectStrategy,
  Job,
  JobInput,
  PeriodicConfig,
  ReschedulePolicy,
  RestartPolicy,
  ScalingPolicy,
  Spread,
  TaskGroup,
  UpdateStrategy,
} from '@shoal/api';
import { canonicalServices } from './canonicalize-service.ts';
import { canonicalConsul, canonicalTask } from './canonicalize-task.ts';
import {
  DISCONNECT,
  EPHEMERAL_DISK,
  MIGRATE,
  rescheduleDefaults,
  reschedules,
  restartDefaults,
  UPDATE,
} from './defaults.ts';
import type { Draft } from './draft.ts';
import { fill, overlay } from './fill.ts';
import { readJob } from './read.ts';
import { weighted } from './weight.ts';

/**
 * The complete job that `input` (any part of a job, as the API takes it) stands for, with Nomad's defaults.
 * Nothing is judged here: a negative size passes. `readJob` says what was wrong with the types, `validate` with the values.
 */
export function canonicalize(input: JobInput): Job {
  return canonicalJob(readJob(input).job);
}

/** Fills the defaults into a job that has its whole structure. */
export function canonicalJob(draft: Draft<Job>): Job {
  const type = draft.Type ?? 'service';
  const name = draft.Name ?? draft.ID ?? '';
  const update = type === 'service' || draft.Update ? fill<UpdateStrategy>(draft.Update, UPDATE) : null;
  const context: JobContext = { type, name, update, draft };
  return {
    ...(draft as Job),
    ID: draft.ID ?? '',
    Name: name,
    Type: type as Job['Type'],
    Region: draft.Region ?? 'global',
    Namespace: draft.Namespace ?? 'default',
    Priority: draft.Priority ?? 50,
    ...fill(pickStatus(draft), UNSET_STATUS),
    Update: update,
    Periodic: canonicalPeriodic(draft.Periodic),
    Affinities: weighted<Affinity>(draft.Affinities),
    Spreads: weighted<Spread>(draft.Spreads),
    TaskGroups: draft.TaskGroups?.map((group) => canonicalGroup(group as Draft<TaskGroup>, context)) ?? null,
  };
}

type JobContext = { type: string; name: string; update: UpdateStrategy | null; draft: Draft<Job> };

const UNSET_STATUS = {
  AllAtOnce: false,
  Stop: false,
  Stable: false,
  ParentID: '',
  ConsulToken: '',
  VaultToken: '',
  VaultNamespace: '',
  NomadTokenID: '',
  Status: '' as Job['Status'],
  StatusDescription: '',
  Version: 0,
  CreateIndex: 0,
  ModifyIndex: 0,
  JobModifyIndex: 0,
};

function pickStatus(draft: Draft<Job>): Draft<typeof UNSET_STATUS> {
  const names = Object.keys(UNSET_STATUS) as (keyof typeof UNSET_STATUS)[];
  return Object.fromEntries(names.map((name) => [name, draft[name]])) as Draft<typeof UNSET_STATUS>;
}

function canonicalPeriodic(draft: Draft<Job>['Periodic']): PeriodicConfig | null {
  if (draft === null) return null;
  const defaults = { Enabled: true, Spec: '', SpecType: 'cron', ProhibitOverlap: false, TimeZone: 'UTC' };
  const periodic = fill<PeriodicConfig>(draft as Draft<PeriodicConfig>, defaults);
  return { ...periodic, TimeZone: periodic.TimeZone || 'UTC' };
}

function canonicalGroup(draft: Draft<TaskGroup>, job: JobContext): TaskGroup {
  const name = draft.Name ?? '';
  const count = draft.Count ?? draft.Scaling?.Min ?? 1;
  const restart = fill<RestartPolicy>(draft.RestartPolicy, restartDefaults(job.type));
  return {
    ...(draft as TaskGroup),
    Name: name,
    Count: count,
    Affinities: weighted<Affinity>(draft.Affinities),
    Spreads: weighted<Spread>(draft.Spreads),
    EphemeralDisk: fill(draft.EphemeralDisk, EPHEMERAL_DISK),
    RestartPolicy: restart,
    ReschedulePolicy: canonicalReschedule(draft, job),
    Update: canonicalUpdate(draft.Update, job.update),
    Migrate: canonicalMigrate(draft, job),
    Scaling: canonicalScaling(draft.Scaling, count),
    Services: canonicalServices(draft.Services, `${job.name}-${name}`),
    ...(draft.Consul && { Consul: canonicalConsul(draft.Consul as ConsulUse) }),
    ...(draft.Disconnect && { Disconnect: fill(draft.Disconnect as Draft<DisconnectStrategy>, DISCONNECT) }),
    Tasks:
      draft.Tasks?.map((task) => canonicalTask(task as never, { jobName: job.name, groupName: name, restart })) ?? null,
  };
}

/** A group takes the job's strategy over, unless that says nothing at all (as servers show it for jobs without one). */
function canonicalUpdate(given: Draft<UpdateStrategy> | null, ofJob: UpdateStrategy | null): UpdateStrategy | null {
  if (given !== null) return fill<UpdateStrategy>(given, ofJob ?? UPDATE);
  return ofJob !== null && Object.values(ofJob).some(Boolean) ? ofJob : null;
}

function canonicalReschedule(draft: Draft<TaskGroup>, job: JobContext): ReschedulePolicy | null {
  const given = overlay<ReschedulePolicy>(job.draft.Reschedule, draft.ReschedulePolicy);
  if (given === null && !reschedules(job.type)) return null;
  return fill(given, rescheduleDefaults(job.type));
}

function canonicalMigrate(draft: Draft<TaskGroup>, job: JobContext): TaskGroup['Migrate'] {
  const given = overlay(job.draft.Migrate, draft.Migrate);
  return given === null && job.type !== 'service' ? null : fill(given, MIGRATE);
}

function canonicalScaling(draft: Draft<TaskGroup>['Scaling'], count: number): ScalingPolicy | null {
  if (draft === null) return null;
  const scaling = draft as ScalingPolicy;
  return {
    ...scaling,
    Enabled: scaling.Enabled ?? true,
    Min: scaling.Min ?? count,
    Type: scaling.Type || 'horizontal',
  };
}
