import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { restoreJobs } from '../../src/server/restore-jobs.ts';
import { jobKey } from '../../src/state/tables.ts';
import { aJob, anAlloc, aStatus, putAlloc, putJob, putStatus } from '../support/rows.ts';
import { openTestState } from '../support/test-state.ts';

/** The rows of a cluster with these jobs. */
async function snapshotOf(ops: Parameters<Awaited<ReturnType<typeof openTestState>>['state']['commit']>[0]['ops']) {
  const { state } = await openTestState();
  await state.commit({ ops });
  return [...state.snapshot()].flatMap(({ value, ...row }) => (value ? [{ ...row, value }] : []));
}

const restore = async (rows: Awaited<ReturnType<typeof snapshotOf>>, there: ReturnType<typeof putJob>[] = []) => {
  const { state } = await openTestState();
  if (there.length > 0) await state.commit({ ops: there });
  const count = await restoreJobs({ state, newId: randomUUID, now: Date.now }, rows);
  const { jobs, evals, allocs } = state.tables;
  return {
    count,
    jobs: [...jobs.values()].map(({ ID, Priority }) => `${ID} ${Priority}`).sort(),
    evals: [...evals.values()].map(({ JobID, Status }) => `${JobID} ${Status}`).sort(),
    allocs: allocs.size,
  };
};

test('jobs that are gone come back and are to be placed; those that are there stay as they are', async () => {
  const rows = await snapshotOf([putJob(aJob({ ID: 'web', Priority: 60 })), putJob(aJob({ ID: 'api', Priority: 70 }))]);
  const there = putJob(aJob({ ID: 'api', Priority: 20 }));
  expect(await restore(rows, [there])).toEqual({
    count: 1,
    jobs: ['api 20', 'web 60'],
    evals: ['web pending'],
    allocs: 0,
  });
});

test('what was stopped or had finished does not run again', async () => {
  const done = anAlloc({ ID: randomUUID(), JobID: 'done' });
  const half = anAlloc({ ID: randomUUID(), JobID: 'half' });
  const rows = await snapshotOf([
    putJob(aJob({ ID: 'stopped', Stop: true })),
    putJob(aJob({ ID: 'done', Type: 'batch' })),
    putJob(aJob({ ID: 'half', Type: 'batch' })),
    putJob(aJob({ ID: 'new', Type: 'batch' })),
    ...[putAlloc(done), putStatus(aStatus({ ID: done.ID, ClientStatus: 'complete' }))],
    ...[putAlloc(half), putStatus(aStatus({ ID: half.ID, ClientStatus: 'running' }))],
  ]);
  expect(await restore(rows)).toMatchObject({ count: 4, evals: ['half pending', 'new pending'], allocs: 0 });
});

test('versions and namespaces come, too', async () => {
  const old = aJob({ ID: 'web', Namespace: 'team', Version: 0 });
  const job = aJob({ ID: 'web', Namespace: 'team', Version: 1 });
  const rows = await snapshotOf([
    { kind: 'put', table: 'namespaces', key: 'team', value: { Name: 'team', Description: 'ours' } },
    { kind: 'put', table: 'jobVersions', key: 'team/web/0', value: old },
    putJob(job),
  ]);
  const { state } = await openTestState();
  await restoreJobs({ state, newId: randomUUID, now: Date.now }, rows);
  expect(state.tables.namespaces.get('team')).toMatchObject({ Description: 'ours' });
  expect(state.tables.jobs.get(jobKey('team', 'web'))).toMatchObject({ Version: 1 });
  expect([...state.tables.jobVersions.by('job', jobKey('team', 'web'))].map(({ Version }) => Version)).toContain(0);
});
