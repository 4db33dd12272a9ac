import type { Job, Node, TaskState } from '@shoal/api';
import type { AllocRow, AllocStatusRow } from '../state/rows.ts';
import type { Change } from '../store/contract.ts';

/** What a scheduler needs of a change, without what is only shown: less to copy between threads. Undefined: nothing of it. */
export function thin(change: Change): Change | undefined {
  const slim = SLIM[change.table];
  if (!slim) return undefined;
  // What is gone is of no interest, and would only be copied.
  const { gone: _, ...kept } = change;
  return kept.value === undefined ? kept : { ...kept, value: slim(kept.value) };
}

const SLIM: Readonly<Record<string, (value: object) => object>> = {
  jobs: (value) => slimJob(value as Job),
  jobVersions: (value) => slimJob(value as Job),
  nodes: (value) => ({ ...(value as Node), SecretID: '', Links: null, Events: [] }) satisfies Node,
  allocs: (value) => slimAlloc(value as AllocRow),
  allocStatus: (value) => slimStatus(value as AllocStatusRow),
  deployments: (value) => value,
};

function slimJob(job: Job): Job {
  return job.Payload ? { ...job, Payload: null } : job;
}

function slimAlloc(row: AllocRow): AllocRow {
  const { TaskNetworks: _networks, ...kept } = row;
  return { ...kept, NodeName: '', EvalID: '', DesiredDescription: '', Networks: null, Metrics: null };
}

/** Only when tasks ended matters, and only once all have; and when they were started, if that was more than once. */
function slimStatus(row: AllocStatusRow): AllocStatusRow {
  const ended = row.ClientStatus === 'failed' || row.ClientStatus === 'complete';
  const telling = ended || wasRestarted(row.TaskStates);
  return { ...row, ClientDescription: '', NetworkStatus: null, TaskStates: telling ? slimTasks(row.TaskStates) : {} };
}

function wasRestarted(tasks: AllocStatusRow['TaskStates']): boolean {
  for (const name in tasks) if ((tasks[name]?.Restarts ?? 0) > 0) return true;
  return false;
}

function slimTasks(tasks: AllocStatusRow['TaskStates']): Record<string, TaskState> {
  return Object.fromEntries(Object.entries(tasks).map(([name, state]) => [name, { ...state, Events: [] }]));
}
