import type { TaskState } from '@shoal/api';
import type { StateDb, TaskRecord } from '../state-db.ts';
import { type EventMaker, withEvent } from './events.ts';

/** The one writer of a task's record: what is shown to others is what is kept. */
export type Journal = {
  record(): TaskRecord;
  /** Applies all of the change at once. Resolves when it would survive a `kill -9` of the agent. */
  commit(change: JournalChange): Promise<void>;
};

export type JournalChange = Partial<Omit<TaskRecord, 'state'>> & {
  state?: Partial<TaskState>;
  events?: readonly EventMaker[];
};

export type JournalDeps = {
  allocId: string;
  task: string;
  db: Pick<StateDb, 'putTask'>;
  now: () => number;
  onChange: () => void;
};

export function createJournal(restored: TaskRecord | undefined, deps: JournalDeps): Journal {
  let record = restored ?? newRecord();
  return {
    record: () => record,
    async commit({ state, events = [], ...rest }) {
      const Events = events.reduce((list, event) => withEvent(list, event(deps.now())), record.state.Events);
      record = { ...record, ...rest, state: { ...record.state, ...state, Events } };
      deps.onChange();
      await deps.db.putTask(deps.allocId, deps.task, record);
    },
  };
}

function newRecord(): TaskRecord {
  const state: TaskState = {
    State: 'pending',
    Failed: false,
    Restarts: 0,
    LastRestart: null,
    StartedAt: null,
    FinishedAt: null,
    Events: [],
  };
  return { state, handle: null, phase: 'starting', restarts: null, hooks: {} };
}
