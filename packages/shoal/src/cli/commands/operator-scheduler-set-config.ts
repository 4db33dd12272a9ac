import type { SchedulerSettings } from '@shoal/api';
import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { FlagSpecs, FlagValues } from '../flags.ts';

const SETTING_FLAGS = {
  'check-index': { kind: 'number', help: 'Set it only if it was last changed at this index' },
  'scheduler-algorithm': { kind: 'text', value: 'NAME', help: 'binpack or spread' },
  'memory-oversubscription': { kind: 'bool', help: 'Tasks may use more memory than they reserve' },
  'reject-job-registration': { kind: 'bool', help: 'Take no new jobs' },
  'pause-eval-broker': { kind: 'bool', help: 'Place nothing' },
  'preempt-batch-scheduler': { kind: 'bool', help: 'Batch jobs may push others out' },
  'preempt-service-scheduler': { kind: 'bool', help: 'Service jobs may' },
  'preempt-sysbatch-scheduler': { kind: 'bool', help: 'Sysbatch jobs may' },
  'preempt-system-scheduler': { kind: 'bool', help: 'System jobs may' },
  ...NOMAD_FLAGS,
} as const satisfies FlagSpecs;

export const command = defineCommand({
  usage: '[flags]',
  description: 'Changes what is set for the scheduler. What is not given stays as it is; "-x=false" turns off.',
  args: [0, 0],
  flags: SETTING_FLAGS,
  examples: ['operator scheduler set-config -scheduler-algorithm spread'],
  async run({ flags, io, env }) {
    const algorithm = flags['scheduler-algorithm'];
    if (algorithm !== undefined && algorithm !== 'binpack' && algorithm !== 'spread')
      throw new UsageError(`-scheduler-algorithm is binpack or spread, not "${algorithm}"`);
    const { operator } = connectNomad(flags, env);
    const { SchedulerConfig } = await operator.scheduler();
    // Nobody else's change may be lost between reading and writing.
    const checkIndex = flags['check-index'] ?? SchedulerConfig.ModifyIndex;
    const { Updated } = await operator.setScheduler(changed(SchedulerConfig, flags), { checkIndex });
    if (!Updated) throw new CommandError('Configuration could not be atomically updated, please try again');
    io.out('Scheduler configuration updated!\n');
    return 0;
  },
});

function changed(now: SchedulerSettings, flags: FlagValues<typeof SETTING_FLAGS>): SchedulerSettings {
  const { PreemptionConfig: preemption } = now;
  return {
    SchedulerAlgorithm: flags['scheduler-algorithm'] ?? now.SchedulerAlgorithm,
    MemoryOversubscriptionEnabled: flags['memory-oversubscription'] ?? now.MemoryOversubscriptionEnabled,
    RejectJobRegistration: flags['reject-job-registration'] ?? now.RejectJobRegistration,
    PauseEvalBroker: flags['pause-eval-broker'] ?? now.PauseEvalBroker,
    PreemptionConfig: {
      BatchSchedulerEnabled: flags['preempt-batch-scheduler'] ?? preemption.BatchSchedulerEnabled,
      ServiceSchedulerEnabled: flags['preempt-service-scheduler'] ?? preemption.ServiceSchedulerEnabled,
      SysBatchSchedulerEnabled: flags['preempt-sysbatch-scheduler'] ?? preemption.SysBatchSchedulerEnabled,
      SystemSchedulerEnabled: flags['preempt-system-scheduler'] ?? preemption.SystemSchedulerEnabled,
    },
  };
}
