import type { SchedulerDefaults } from '../config/agent-config.ts';
import { SCHEDULER_DEFAULTS, type SchedulerSettings } from '../server/scheduler-config.ts';

/** What `default_scheduler_config` says, in the API's words; undefined if it says nothing. */
export function schedulerDefaults(given: SchedulerDefaults): SchedulerSettings | undefined {
  const { preemption, ...others } = given;
  if ([...Object.values(others), ...Object.values(preemption)].every((value) => value === undefined)) return undefined;
  const usual = SCHEDULER_DEFAULTS;
  return {
    SchedulerAlgorithm: given.algorithm ?? usual.SchedulerAlgorithm,
    PreemptionConfig: {
      SystemSchedulerEnabled: preemption.system ?? usual.PreemptionConfig.SystemSchedulerEnabled,
      SysBatchSchedulerEnabled: preemption.sysbatch ?? usual.PreemptionConfig.SysBatchSchedulerEnabled,
      BatchSchedulerEnabled: preemption.batch ?? usual.PreemptionConfig.BatchSchedulerEnabled,
      ServiceSchedulerEnabled: preemption.service ?? usual.PreemptionConfig.ServiceSchedulerEnabled,
    },
    MemoryOversubscriptionEnabled: given.memoryOversubscription ?? usual.MemoryOversubscriptionEnabled,
    RejectJobRegistration: given.rejectJobRegistration ?? usual.RejectJobRegistration,
    PauseEvalBroker: given.pauseEvalBroker ?? usual.PauseEvalBroker,
  };
}
