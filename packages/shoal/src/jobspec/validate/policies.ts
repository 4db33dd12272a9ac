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
import { quoted, when } from './findings.ts';

const MIN_INTERVAL = 5 * SECOND;

export function validateUpdate(update: UpdateStrategy): string[] {
  const { MinHealthyTime, HealthyDeadline, ProgressDeadline } = update;
  return when(
    [
      !['checks', 'task_states', 'manual', ''].includes(update.HealthCheck),
      `Invalid health check given: ${quoted(update.HealthCheck)}`,
    ],
    [update.MaxParallel < 0, `Max parallel can not be less than zero: ${update.MaxParallel} < 0`],
    [update.Canary < 0, `Canary count can not be less than zero: ${update.Canary} < 0`],
    [update.Canary === 0 && update.AutoPromote, 'Auto Promote requires a Canary count greater than zero'],
    [MinHealthyTime < 0, `Minimum healthy time may not be less than zero: ${formatDuration(MinHealthyTime)}`],
    [HealthyDeadline <= 0, `Healthy deadline must be greater than zero: ${formatDuration(HealthyDeadline)}`],
    [ProgressDeadline < 0, `Progress deadline must be zero or greater: ${formatDuration(ProgressDeadline)}`],
    [
      MinHealthyTime >= HealthyDeadline,
      `Minimum healthy time must be less than healthy deadline: ${formatDuration(MinHealthyTime)} > ${formatDuration(HealthyDeadline)}`,
    ],
    [
      ProgressDeadline !== 0 && HealthyDeadline >= ProgressDeadline,
      `Healthy deadline must be less than progress deadline: ${formatDuration(HealthyDeadline)} > ${formatDuration(ProgressDeadline)}`,
    ],
    [update.Stagger <= 0, `Stagger must be greater than zero: ${formatDuration(update.Stagger)}`],
  );
}

export function validateMigrate(migrate: MigrateStrategy): string[] {
  const { MinHealthyTime, HealthyDeadline } = migrate;
  return when(
    [migrate.MaxParallel < 0, `MaxParallel must be >= 0 but found ${migrate.MaxParallel}`],
    [!['checks', 'task_states'].includes(migrate.HealthCheck), `Invalid HealthCheck: ${quoted(migrate.HealthCheck)}`],
    [MinHealthyTime < 0, `MinHealthyTime is ${formatDuration(MinHealthyTime)} and must be >= 0`],
    [HealthyDeadline < 0, `HealthyDeadline is ${formatDuration(HealthyDeadline)} and must be >= 0`],
    [MinHealthyTime > HealthyDeadline, 'MinHealthyTime must be less than HealthyDeadline'],
  );
}

export function validateRestart(restart: RestartPolicy, owner: string): string[] {
  const { Attempts, Interval, Delay, Mode } = restart;
  if (Mode !== 'fail' && Mode !== 'delay') return [`Unsupported restart mode: ${quoted(Mode)}`];
  return when(
    [Attempts === 0 && Mode !== 'fail', `Restart policy ${quoted(Mode)} with ${Attempts} attempts is ambiguous`],
    [Attempts < 0, `Restart attempts can not be less than zero: ${Attempts}`],
    [Delay < 0, `Restart delay can not be less than zero: ${formatDuration(Delay)}`],
    [
      Interval < MIN_INTERVAL,
      `Interval can not be less than ${formatDuration(MIN_INTERVAL)} (got ${formatDuration(Interval)})`,
    ],
    [
      Attempts * Delay > Interval,
      `Nomad can't restart the ${owner} ${Attempts} times in an interval of ${formatDuration(Interval)} with a delay of ${formatDuration(Delay)}`,
    ],
  );
}

const DELAY_FUNCTIONS = ['constant', 'exponential', 'fibonacci'];

export function validateReschedule(policy: ReschedulePolicy): string[] {
  const { Attempts, Interval, Delay, DelayFunction, MaxDelay, Unlimited } = policy;
  if (!Unlimited && Attempts === 0) return [];
  const grows = DelayFunction === 'exponential' || DelayFunction === 'fibonacci';
  return when(
    [Attempts < 0, `Reschedule attempts can not be less than zero: ${Attempts}`],
    [
      !DELAY_FUNCTIONS.includes(DelayFunction),
      `Invalid delay function ${quoted(DelayFunction)}, must be one of ${quoted(DELAY_FUNCTIONS.join(', '))}`,
    ],
    [Delay < MIN_INTERVAL, `Delay cannot be less than ${formatDuration(MIN_INTERVAL)} (got ${formatDuration(Delay)})`],
    [
      grows && MaxDelay < MIN_INTERVAL,
      `Max Delay cannot be less than ${formatDuration(MIN_INTERVAL)} (got ${formatDuration(MaxDelay)})`,
    ],
    [
      grows && MaxDelay >= MIN_INTERVAL && MaxDelay < Delay,
      `Max Delay cannot be less than Delay ${formatDuration(Delay)} (got ${formatDuration(MaxDelay)})`,
    ],
    [
      Unlimited && Attempts > 0,
      `Reschedule Policy with unlimited = true does not take attempts (got ${Attempts}): remove one of them`,
    ],
    [!Unlimited && Interval <= 0, 'Interval must be a non zero value if Attempts > 0'],
  );
}

export function validateScaling(scaling: ScalingPolicy, count: number): string[] {
  const { Min, Max } = scaling;
  return when(
    [Max === null, 'Missing maximum count'],
    [Max !== null && Max < 0, 'maximum count must be specified and non-negative'],
    [Min !== null && Max !== null && Min > Max, `maximum count must not be less than minimum count: ${Max} < ${Min}`],
    [
      Min !== null && count < Min,
      `task group count must not be less than minimum count in scaling policy: ${count} < ${Min}`,
    ],
    [
      Max !== null && count > Max,
      `task group count must not be greater than maximum count in scaling policy: ${count} > ${Max}`,
    ],
  );
}

export function validateEphemeralDisk(disk: EphemeralDisk): string[] {
  return when([disk.SizeMB < 10, `minimum DiskMB value is 10; got ${disk.SizeMB}`]);
}

export function validateLogs(logs: LogConfig, disk: EphemeralDisk): string[] {
  const size = logs.MaxFiles * logs.MaxFileSizeMB;
  return when(
    [logs.MaxFiles < 1, `minimum number of files is 1; got ${logs.MaxFiles}`],
    [logs.MaxFileSizeMB < 1, `minimum file size is 1MB; got ${logs.MaxFileSizeMB}`],
    [
      size > 0 && disk.SizeMB <= size,
      `log storage (${size} MB) must be less than requested disk capacity (${disk.SizeMB} MB)`,
    ],
  );
}
