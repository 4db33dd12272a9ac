import type { SchedulerConfig } from '../scheduler/contract.ts';
import type { SchedulerAlgorithm } from '../scheduler/plan.ts';
import type { State } from '../state/state.ts';
import type { Tables } from '../state/tables.ts';
import type { ChangeSet } from '../store/contract.ts';
import { commitDecision } from './commit.ts';
import { InvalidRequestError } from './errors.ts';

/** Key of their row in `meta`. */
export const SCHEDULER_SETTINGS_KEY = 'scheduler-configuration';

/** What operators set for the whole cluster (https://developer.hashicorp.com/nomad/api-docs/operator/scheduler). */
export type SchedulerSettings = {
  readonly SchedulerAlgorithm: SchedulerAlgorithm;
  readonly PreemptionConfig: {
    readonly SystemSchedulerEnabled: boolean;
    readonly SysBatchSchedulerEnabled: boolean;
    readonly BatchSchedulerEnabled: boolean;
    readonly ServiceSchedulerEnabled: boolean;
  };
  readonly MemoryOversubscriptionEnabled: boolean;
  readonly RejectJobRegistration: boolean;
  readonly PauseEvalBroker: boolean;
};

export const SCHEDULER_DEFAULTS: SchedulerSettings = {
  SchedulerAlgorithm: 'binpack',
  PreemptionConfig: {
    SystemSchedulerEnabled: false,
    SysBatchSchedulerEnabled: false,
    BatchSchedulerEnabled: false,
    ServiceSchedulerEnabled: false,
  },
  MemoryOversubscriptionEnabled: false,
  RejectJobRegistration: false,
  PauseEvalBroker: false,
};

export type StoredSchedulerSettings = SchedulerSettings & {
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
};

const UNSET: StoredSchedulerSettings = { ...SCHEDULER_DEFAULTS, CreateIndex: 0, ModifyIndex: 0 };

/** With indexes of 0 as long as nobody set anything. */
export function schedulerSettings(tables: Tables): StoredSchedulerSettings {
  const row = tables.meta.get(SCHEDULER_SETTINGS_KEY) as StoredSchedulerSettings | undefined;
  return row ?? UNSET;
}

/** The part of it that the scheduler itself goes by. */
export function schedulerConfig(tables: Tables): SchedulerConfig {
  return { algorithm: schedulerSettings(tables).SchedulerAlgorithm };
}

export function changesSchedulerConfig({ changes }: ChangeSet): boolean {
  return changes.some(({ table, key }) => table === 'meta' && key === SCHEDULER_SETTINGS_KEY);
}

/** What is not given keeps its value. `cas`: only if the settings were last changed at this index. Answers whether they were set. */
export async function setSchedulerSettings(
  state: State,
  given: Partial<SchedulerSettings>,
  cas?: number,
): Promise<{ index: number; updated: boolean }> {
  const { index, answer } = await commitDecision(state, 'The scheduler configuration', () => {
    const { CreateIndex: _, ModifyIndex: found, ...settings } = schedulerSettings(state.tables);
    if (cas !== undefined && cas !== found) return { answer: false };
    const require = [{ table: 'meta', key: SCHEDULER_SETTINGS_KEY, modifyIndex: found }];
    return {
      txn: {
        ops: [{ kind: 'put', table: 'meta', key: SCHEDULER_SETTINGS_KEY, value: { ...settings, ...given } }],
        require,
      },
      answer: true,
    };
  });
  return { index, updated: answer };
}

/** Operators may refuse new work for a while. */
export function checkRegistrationsOpen(tables: Tables): void {
  if (schedulerSettings(tables).RejectJobRegistration)
    throw new InvalidRequestError('job registration, dispatch, and scale are disabled by the scheduler configuration');
}
