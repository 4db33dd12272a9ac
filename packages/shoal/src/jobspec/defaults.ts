import type {
  DisconnectStrategy,
  EphemeralDisk,
  LogConfig,
  MigrateStrategy,
  ReschedulePolicy,
  RestartPolicy,
  UpdateStrategy,
} from '@shoal/api';
import { HOUR, MINUTE, SECOND } from '../duration.ts';

/** What Nomad fills in where a job says nothing (job specification: update, migrate, reschedule, restart, logs, …). */
export const UPDATE: UpdateStrategy = {
  Stagger: 30 * SECOND,
  MaxParallel: 1,
  HealthCheck: 'checks',
  MinHealthyTime: 10 * SECOND,
  HealthyDeadline: 5 * MINUTE,
  ProgressDeadline: 10 * MINUTE,
  AutoRevert: false,
  AutoPromote: false,
  Canary: 0,
};

export const MIGRATE: MigrateStrategy = {
  MaxParallel: 1,
  HealthCheck: 'checks',
  MinHealthyTime: 10 * SECOND,
  HealthyDeadline: 5 * MINUTE,
};

/** Of a `disconnect` block. */
export const DISCONNECT: DisconnectStrategy = {
  LostAfter: null,
  StopOnClientAfter: null,
  Replace: true,
  Reconcile: 'best_score',
};

const NO_RESCHEDULE: ReschedulePolicy = {
  Attempts: 0,
  Interval: 0,
  Delay: 0,
  DelayFunction: '',
  MaxDelay: 0,
  Unlimited: false,
};

export function rescheduleDefaults(jobType: string): ReschedulePolicy {
  if (jobType === 'service')
    return { ...NO_RESCHEDULE, Delay: 30 * SECOND, DelayFunction: 'exponential', MaxDelay: HOUR, Unlimited: true };
  if (jobType === 'batch')
    return { ...NO_RESCHEDULE, Attempts: 1, Interval: 24 * HOUR, Delay: 5 * SECOND, DelayFunction: 'constant' };
  return NO_RESCHEDULE;
}

/** System jobs have one allocation on each node, so there is nowhere to reschedule to. */
export function reschedules(jobType: string): boolean {
  return jobType !== 'system' && jobType !== 'sysbatch';
}

export function restartDefaults(jobType: string): RestartPolicy {
  const longLived = jobType === 'service' || jobType === 'system';
  return {
    Attempts: longLived ? 2 : 3,
    Interval: longLived ? 30 * MINUTE : 24 * HOUR,
    Delay: 15 * SECOND,
    Mode: 'fail',
  };
}

export const EPHEMERAL_DISK: EphemeralDisk = { SizeMB: 300, Sticky: false, Migrate: false };
export const LOG_CONFIG: LogConfig = { MaxFiles: 10, MaxFileSizeMB: 10 };
export const CPU_MHZ = 100;
export const MEMORY_MB = 300;
export const WEIGHT = 50;
export const KILL_TIMEOUT = 5 * SECOND;
export const CHECK_RESTART_GRACE = 1 * SECOND;
export const TEMPLATE_SPLAY = 5 * SECOND;
export const PLUGIN_HEALTH_TIMEOUT = 30 * SECOND;
export const CHANGE_SCRIPT_TIMEOUT = 5 * SECOND;
export const GATEWAY_CONNECT_TIMEOUT = 5 * SECOND;
