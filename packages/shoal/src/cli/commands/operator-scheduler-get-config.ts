import { defineCommand } from '../command.ts';
import { connectNomad, NOMAD_FLAGS } from '../connection/nomad.ts';
import { asData, DATA_FLAGS } from '../output/as-data.ts';
import { keyValue } from '../output/key-value.ts';

export const command = defineCommand({
  usage: '[flags]',
  description: 'Shows what is set for the scheduler.',
  args: [0, 0],
  flags: { ...DATA_FLAGS, ...NOMAD_FLAGS },
  examples: ['operator scheduler get-config'],
  async run({ flags, io, env }) {
    const answer = await connectNomad(flags, env).operator.scheduler();
    const { PreemptionConfig: preemption, ...config } = answer.SchedulerConfig;
    const about = keyValue(io.paint, [
      ['Scheduler Algorithm', config.SchedulerAlgorithm],
      ['Memory Oversubscription', String(config.MemoryOversubscriptionEnabled)],
      ['Reject Job Registration', String(config.RejectJobRegistration)],
      ['Pause Eval Broker', String(config.PauseEvalBroker)],
      ['Preemption System Scheduler', String(preemption.SystemSchedulerEnabled)],
      ['Preemption Service Scheduler', String(preemption.ServiceSchedulerEnabled)],
      ['Preemption Batch Scheduler', String(preemption.BatchSchedulerEnabled)],
      ['Preemption SysBatch Scheduler', String(preemption.SysBatchSchedulerEnabled)],
      ['Modify Index', String(config.ModifyIndex)],
    ]);
    io.out((await asData(answer, flags)) ?? about);
    return 0;
  },
});
