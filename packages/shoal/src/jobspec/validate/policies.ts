import type {
  EphemeralDisk,
  LogConfig,
  MigrateStrategy,
  ReschedulePolicy,
  RestartPolicy,
  ScalingPolicy,
  UpdateStrategy,
} from '@shoal/api';
import { formatDuration, SECOND } from '../../duration.ts';
import { type Finding, finding, quoted, when } from './findings.ts';

const MIN_INTERVAL = 5 * SECOND;

export function validateUpdate(update: UpdateStrategy): Finding[] {
  const { MinHealthyTime, HealthyDeadline, ProgressDeadline } = update;
  return when(
    [
      !['checks', 'task_states', 'manual', ''].includes(update.HealthCheck),
      `Invalid health check given: ${quoted(update.HealthCheck)}`,
      'HealthCheck',
    ],
    [update.MaxParallel < 0, `Max parallel can not be less than zero: ${update.MaxParallel} < 0`, 'MaxParallel'],
    [update.Canary < 0, `Canary count can not be less than zero: ${update.Canary} < 0`, 'Canary'],
    [update.Canary === 0 && update.AutoPromote, 'Auto Promote requires a Canary count greater than zero', 'Canary'],
    [
      MinHealthyTime < 0,
      `Minimum healthy time may not be less than zero: ${formatDuration(MinHealthyTime)}`,
      'MinHealthyTime',
    ],
    [
      HealthyDeadline <= 0,
      `Healthy deadline must be greater than zero: ${formatDuration(HealthyDeadline)}`,
      'HealthyDeadline',
    ],
    [
      ProgressDeadline < 0,
      `Progress deadline must be zero or greater: ${formatDuration(ProgressDeadline)}`,
      'ProgressDeadline',
    ],
    [
      MinHealthyTime >= HealthyDeadline,
      `Minimum healthy time must be less than healthy deadline: ${formatDuration(MinHealthyTime)} > ${formatDuration(HealthyDeadline)}`,
      'MinHealthyTime',
    ],
    [
      ProgressDeadline !== 0 && HealthyDeadline >= ProgressDeadline,
      `Healthy deadline must be less than progress deadline: ${formatDuration(HealthyDeadline)} > ${formatDuration(ProgressDeadline)}`,
      'ProgressDeadline',
    ],
    [update.Stagger <= 0, `Stagger must be greater than zero: ${formatDuration(update.Stagger)}`, 'Stagger'],
  );
}

export function validateMigrate(migrate: MigrateStrategy): Finding[] {
  const { MinHealthyTime, HealthyDeadline } = migrate;
  return when(
    [migrate.MaxParallel < 0, `MaxParallel must be >= 0 but found ${migrate.MaxParallel}`, 'MaxParallel'],
    [
      !['checks', 'task_states'].includes(migrate.HealthCheck),
      `Invalid HealthCheck: ${quoted(migrate.HealthCheck)}`,
      'HealthCheck',
    ],
    [MinHealthyTime < 0, `MinHealthyTime is ${formatDuration(MinHealthyTime)} and must be >= 0`, 'MinHealthyTime'],
    [HealthyDeadline < 0, `HealthyDeadline is ${formatDuration(HealthyDeadline)} and must be >= 0`, 'HealthyDeadline'],
    [MinHealthyTime > HealthyDeadline, 'MinHealthyTime must be less than HealthyDeadline', 'MinHealthyTime'],
  );
}

export function validateRestart(restart: RestartPolicy, owner: string): Finding[] {
  const { Attempts, Interval, Delay, Mode } = restart;
  if (Mode !== 'fail' && Mode !== 'delay') return [finding(`Unsupported restart mode: ${quoted(Mode)}`, 'Mode')];
  return when(
    [
      Attempts === 0 && Mode !== 'fail',
      `Restart policy ${quoted(Mode)} with ${Attempts} attempts is ambiguous`,
      'Attempts',
    ],
    [Attempts < 0, `Restart attempts can not be less than zero: ${Attempts}`, 'Attempts'],
    [Delay < 0, `Restart delay can not be less than zero: ${formatDuration(Delay)}`, 'Delay'],
    [
      Interval < MIN_INTERVAL,
      `Interval can not be less than ${formatDuration(MIN_INTERVAL)} (got ${formatDuration(Interval)})`,
      'Interval',
    ],
    [
      Attempts * Delay > Interval,
      `Nomad can't restart the ${owner} ${Attempts} times in an interval of ${formatDuration(Interval)} with a delay of ${formatDuration(Delay)}`,
      'Attempts',
    ],
  );
}

const DELAY_FUNCTIONS = ['constant', 'exponential', 'fibonacci'];

export function validateReschedule(policy: ReschedulePolicy): Finding[] {
  const { Attempts, Interval, Delay, DelayFunction, MaxDelay, Unlimited } = policy;
  if (!Unlimited && Attempts === 0) return [];
  const grows = DelayFunction === 'exponential' || DelayFunction === 'fibonacci';
  return when(
    [Attempts < 0, `Reschedule attempts can not be less than zero: ${Attempts}`, 'Attempts'],
    [
      !DELAY_FUNCTIONS.includes(DelayFunction),
      `Invalid delay function ${quoted(DelayFunction)}, must be one of ${quoted(DELAY_FUNCTIONS.join(', '))}`,
      'DelayFunction',
    ],
    [
      Delay < MIN_INTERVAL,
      `Delay cannot be less than ${formatDuration(MIN_INTERVAL)} (got ${formatDuration(Delay)})`,
      'Delay',
    ],
    [
      grows && MaxDelay < MIN_INTERVAL,
      `Max Delay cannot be less than ${formatDuration(MIN_INTERVAL)} (got ${formatDuration(MaxDelay)})`,
      'MaxDelay',
    ],
    [
      grows && MaxDelay >= MIN_INTERVAL && MaxDelay < Delay,
      `Max Delay cannot be less than Delay ${formatDuration(Delay)} (got ${formatDuration(MaxDelay)})`,
      'MaxDelay',
    ],
    [
      Unlimited && Attempts > 0,
      `Reschedule Policy with unlimited = true does not take attempts (got ${Attempts}): remove one of them`,
      'Unlimited',
    ],
    [!Unlimited && Interval <= 0, 'Interval must be a non zero value if Attempts > 0', 'Interval'],
  );
}

export function validateScaling(scaling: ScalingPolicy, count: number): Finding[] {
  const { Min, Max } = scaling;
  return when(
    [Max === null, 'Missing maximum count', 'Max'],
    [Max !== null && Max < 0, 'maximum count must be specified and non-negative', 'Max'],
    [
      Min !== null && Max !== null && Min > Max,
      `maximum count must not be less than minimum count: ${Max} < ${Min}`,
      'Min',
    ],
    [
      Min !== null && count < Min,
      `task group count must not be less than minimum count in scaling policy: ${count} < ${Min}`,
      'Min',
    ],
    [
      Max !== null && count > Max,
      `task group count must not be greater than maximum count in scaling policy: ${count} > ${Max}`,
      'Max',
    ],
  );
}

export function validateEphemeralDisk(disk: EphemeralDisk): Finding[] {
  return when([disk.SizeMB < 10, `minimum DiskMB value is 10; got ${disk.SizeMB}`, 'SizeMB']);
}

export function validateLogs(logs: LogConfig, disk: EphemeralDisk): Finding[] {
  if (logs.Disabled) return [];
  const size = logs.MaxFiles * logs.MaxFileSizeMB;
  return when(
    [logs.MaxFiles < 1, `minimum number of files is 1; got ${logs.MaxFiles}`, 'MaxFiles'],
    [logs.MaxFileSizeMB < 1, `minimum file size is 1MB; got ${logs.MaxFileSizeMB}`, 'MaxFileSizeMB'],
    [
      size > 0 && disk.SizeMB <= size,
      `log storage (${size} MB) must be less than requested disk capacity (${disk.SizeMB} MB)`,
    ],
  );
}
