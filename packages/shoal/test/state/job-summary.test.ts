import type { AllocClientStatus, EvalStatus, JobStatus } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { jobStatus } from '../../src/state/job-summary.ts';
import type { State } from '../../src/state/state.ts';
import type { Op } from '../../src/store/contract.ts';
import { aJob, anAlloc, aStatus, putAlloc, putJob, putStatus } from '../support/rows.ts';
import { openTestState } from '../support/test-state.ts';

const evaluation = (Status: EvalStatus): Op => ({
  kind: 'put',
  table: 'evals',
  key: 'e1',
  value: { ID: 'e1', Namespace: 'default', JobID: 'j', Status },
});
const reports = (ClientStatus: AllocClientStatus) => putStatus(aStatus({ ClientStatus }));

const cases: { name: string; ops: Op[]; job?: Parameters<typeof aJob>[0]; want: JobStatus }[] = [
  { name: 'nothing yet', ops: [], want: 'pending' },
  { name: 'an evaluation is pending', ops: [evaluation('pending')], want: 'pending' },
  { name: 'blocked', ops: [evaluation('blocked')], want: 'pending' },
  { name: 'an allocation was placed', ops: [evaluation('complete'), putAlloc(anAlloc())], want: 'running' },
  {
    name: 'an allocation runs',
    ops: [evaluation('complete'), putAlloc(anAlloc()), reports('running')],
    want: 'running',
  },
  { name: 'all have ended', ops: [evaluation('complete'), putAlloc(anAlloc()), reports('complete')], want: 'dead' },
  {
    name: 'failed, and to be looked at',
    ops: [evaluation('pending'), putAlloc(anAlloc()), reports('failed')],
    want: 'pending',
  },
  {
    name: 'stopped, the task still ends',
    ops: [evaluation('complete'), putAlloc(anAlloc({ DesiredStatus: 'stop' })), reports('running')],
    job: { Stop: true },
    want: 'dead',
  },
  { name: 'a system job without a node', ops: [evaluation('complete')], job: { Type: 'system' }, want: 'running' },
];

describe('the status of a job', () => {
  for (const { name, ops, job, want } of cases)
    test(name, async () => {
      const { state } = await openTestState();
      await state.commit({ ops: [putJob(aJob(job)), ...ops] });
      expect(statusOf(state)).toBe(want);
    });
});

test('counts follow each change, and are the same after a start', async () => {
  const { state, path } = await openTestState();
  await state.commit({ ops: [putJob(aJob()), putAlloc(anAlloc()), putAlloc(anAlloc({ ID: 'a2' }))] });
  await state.commit({ ops: [reports('running')] });
  await state.commit({ ops: [putStatus(aStatus({ ID: 'a2', ClientStatus: 'failed' }))] });
  const counts = { Starting: 0, Running: 1, Failed: 1, Complete: 0, Lost: 0, Unknown: 0 };
  expect(state.summaries.get('default', 'j')?.groups.get('g')).toEqual(counts);
  await state.close();
  const { state: again } = await openTestState(path);
  expect(again.summaries.get('default', 'j')?.groups.get('g')).toEqual(counts);
  await again.commit({
    ops: [
      { kind: 'delete', table: 'allocs', key: 'a2' },
      { kind: 'delete', table: 'allocStatus', key: 'a2' },
    ],
  });
  expect(again.summaries.get('default', 'j')?.groups.get('g')).toEqual({ ...counts, Failed: 0 });
});

test('a job that was purged and registered anew does not count what is left of the former one', async () => {
  const { state, path } = await openTestState();
  await state.commit({ ops: [putJob(aJob()), putAlloc(anAlloc()), reports('running')] });
  await state.commit({
    ops: [{ kind: 'delete', table: 'jobs', key: 'default/j' }, putAlloc(anAlloc({ DesiredStatus: 'stop' }))],
  });
  await state.commit({ ops: [putJob(aJob())] });
  await state.commit({ ops: [reports('complete'), putAlloc(anAlloc({ ID: 'a2' }))] });
  const counts = { Starting: 1, Running: 0, Failed: 0, Complete: 0, Lost: 0, Unknown: 0 };
  expect(state.summaries.get('default', 'j')?.groups.get('g')).toEqual(counts);
  await state.close();
  const { state: again } = await openTestState(path);
  expect(again.summaries.get('default', 'j')?.groups.get('g')).toEqual(counts);
});

test('a reader of the summary is woken by a report of a client', async () => {
  const { state } = await openTestState();
  await state.commit({ ops: [putJob(aJob()), putAlloc(anAlloc())] });
  const read = state.read();
  read.summary('default', 'j');
  const woken = state.wait(read, 10_000);
  await state.commit({ ops: [reports('running')] });
  expect(await woken).toBe(true);
});

function statusOf(state: State): JobStatus {
  return jobStatus([...state.tables.jobs.values()][0] ?? aJob(), state.summaries.get('default', 'j'));
}
