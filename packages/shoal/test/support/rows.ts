import type { Job, TaskGroup } from '@shoal/api';
import { canonicalize } from '../../src/jobspec/canonicalize.ts';
import { toStored } from '../../src/jobspec/stored.ts';
import type { AllocRow, AllocStatusRow } from '../../src/state/rows.ts';
import { jobKey } from '../../src/state/tables.ts';
import type { Op } from '../../src/store/contract.ts';

/** A complete service job with one group of one task; a test changes what it is about. */
export function aJob(change: Partial<Job> = {}, group: Partial<TaskGroup> = {}): Job {
  const task = { Name: 't', Driver: 'raw_exec', Config: { command: '/bin/sh', args: ['-c', 'exec sleep 600'] } };
  const input = {
    ID: 'j',
    Name: 'j',
    Type: 'service',
    Datacenters: ['dc1'],
    TaskGroups: [{ Name: 'g', Count: 1, Tasks: [task] }],
  };
  const job = toStored(canonicalize(input));
  const groups = (job.TaskGroups ?? []).map((existing) => ({ ...existing, ...group }));
  return { ...job, TaskGroups: groups, ...change };
}

/** A complete allocation that is to run. */
export function anAlloc(change: Partial<AllocRow> = {}): AllocRow {
  return {
    ID: 'a1',
    Namespace: 'default',
    JobID: 'j',
    JobVersion: 0,
    TaskGroup: 'g',
    Name: 'j.g[0]',
    NodeID: 'n1',
    NodeName: 'node-1',
    EvalID: 'e1',
    DesiredStatus: 'run',
    DesiredDescription: '',
    Ports: null,
    Networks: null,
    DeploymentID: '',
    PreviousAllocation: '',
    NextAllocation: '',
    FollowupEvalID: '',
    RescheduleTracker: null,
    Metrics: null,
    CreateTime: 1,
    ModifyTime: 1,
    CreateIndex: 0,
    ModifyIndex: 0,
    ...change,
  };
}

/** A report of a client on `anAlloc`. */
export function aStatus(change: Partial<AllocStatusRow> = {}): AllocStatusRow {
  return {
    ID: 'a1',
    NodeID: 'n1',
    ClientStatus: 'running',
    ClientDescription: 'Tasks are running',
    TaskStates: {},
    DeploymentHealthy: null,
    NetworkStatus: null,
    ModifyTime: 1,
    CreateIndex: 0,
    ModifyIndex: 0,
    ...change,
  };
}

export const putJob = (job: Job): Op => ({
  kind: 'put',
  table: 'jobs',
  key: jobKey(job.Namespace, job.ID),
  value: job,
});
export const putAlloc = (row: AllocRow): Op => ({ kind: 'put', table: 'allocs', key: row.ID, value: row });
export const putStatus = (row: AllocStatusRow): Op => ({ kind: 'put', table: 'allocStatus', key: row.ID, value: row });
