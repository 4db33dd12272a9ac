import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Node } from '@shoal/api';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PlanFailedError, SchedulerStoppedError } from '../../src/scheduler/errors.ts';
import { startScheduler } from '../../src/scheduler/worker-client.ts';
import type { SchedulerWorker } from '../../src/scheduler/worker-contract.ts';
import { jobKey } from '../../src/state/tables.ts';
import type { Change } from '../../src/store/contract.ts';
import { aJob, aNode, anEval } from './support/builders.ts';

const dir = mkdtempSync(join(tmpdir(), 'shoal-scheduler-'));
const entry = join(dir, 'worker.mjs');
const open: SchedulerWorker[] = [];

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('../../src/scheduler/worker.ts', import.meta.url))],
    outfile: entry,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['source'],
  });
});
afterEach(async () => {
  for (const worker of open.splice(0)) await worker.stop();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let index = 0;

function change(table: string, key: string, value: object): Change {
  index += 1;
  return { table, key, value, createIndex: index, modifyIndex: index };
}

const node = (row: Node) => change('nodes', row.ID, row);
const registered = (job = aJob()) => change('jobs', jobKey(job.Namespace, job.ID), job);

async function start(changes: Iterable<Change> | AsyncIterable<readonly Change[]> = []): Promise<SchedulerWorker> {
  const worker = await startScheduler({ entry, snapshot: { index, changes } });
  open.push(worker);
  return worker;
}

const NOW = 1_700_000_000_000_000_000;

describe('the scheduler in its thread', () => {
  test('plans from its snapshot and from what it is fed', async () => {
    const worker = await start([node(aNode())]);
    worker.feed({ index: index + 1, changes: [registered()] });
    const plan = await worker.plan(anEval(aJob()), { now: NOW });
    expect(plan.newAllocs).toMatchObject([{ NodeID: 'node-1', Name: 'job.g[0]', CreateTime: NOW }]);
    expect(plan.newAllocs[0]?.ID).toMatch(/^[0-9a-f-]{36}$/);
    expect(plan.snapshotIndex).toBe(index);
  });

  test('takes a snapshot of many rows in slices', async () => {
    async function* slices() {
      for (let at = 0; at < 20; at++) {
        yield Array.from({ length: 100 }, (_, n) => node(aNode({ ID: `node-${at * 100 + n}` })));
      }
    }
    const worker = await start(slices());
    worker.feed({ index: index + 1, changes: [registered()] });
    const plan = await worker.plan(anEval(aJob()), { now: NOW });
    expect(plan.newAllocs[0]?.Metrics?.NodesEvaluated).toBe(2000);
  });

  test('waits for the index that a plan is to be made from', async () => {
    const worker = await start([node(aNode())]);
    const later = index + 10;
    const planned = worker.plan(anEval(aJob()), { now: NOW, minIndex: later });
    worker.feed({ index: index + 1, changes: [registered()] });
    worker.feed({
      index: later,
      changes: [{ table: 'kv', key: 'x', value: {}, createIndex: later, modifyIndex: later }],
    });
    expect((await planned).snapshotIndex).toBe(later);
    index = later;
  });

  test('holds what is planned until it is settled', async () => {
    const worker = await start([node(aNode()), registered()]);
    const first = await worker.plan(anEval(aJob()), { now: NOW });
    expect((await worker.plan(anEval(aJob()), { now: NOW })).newAllocs).toEqual([]);
    worker.settle(first.id, 'rejected');
    expect((await worker.plan(anEval(aJob()), { now: NOW })).newAllocs).toHaveLength(1);
  });

  test('keeps what the feed brought of a plan that is then rejected', async () => {
    const job = aJob({ group: { Count: 3 } });
    const worker = await start([node(aNode()), registered(job)]);
    const first = await worker.plan(anEval(job), { now: NOW });
    const rows = first.newAllocs.map((row) => change('allocs', row.ID, row));
    worker.feed({ index, changes: [...rows.slice(0, 2), change('evals', 'eval-1', anEval(job))] });
    worker.settle(first.id, 'rejected');
    const second = await worker.plan(anEval(job), { now: NOW });
    expect(second.newAllocs.map(({ Name }) => Name)).toEqual([first.newAllocs[2]?.Name]);
  });

  test('takes what others changed of its plan as they changed it', async () => {
    const job = aJob({ group: { Count: 3 } });
    const worker = await start([node(aNode()), registered(job)]);
    const plan = await worker.plan(anEval(job), { now: NOW });
    const [one, two, three] = plan.newAllocs.map((row) => change('allocs', row.ID, row));
    index += 1;
    const ended = { ...two!, value: { ...two!.value, DesiredStatus: 'stop' }, modifyIndex: index };
    worker.feed({ index: index - 1, changes: [one!] });
    worker.feed({ index, changes: [ended, three!] });
    worker.settle(plan.id, 'committed');
    const next = await worker.plan(anEval(job), { now: NOW });
    expect(next.newAllocs.map(({ Name }) => Name)).toEqual([plan.newAllocs[1]?.Name]);
  });

  test('takes big change sets in order', async () => {
    const worker = await start();
    const nodes = Array.from({ length: 3000 }, (_, n) => node(aNode({ ID: `node-${n}` })));
    worker.feed({ index, changes: nodes });
    worker.feed({ index: index + 1, changes: [registered(aJob({ group: { Count: 10 } }))] });
    const plan = await worker.plan(anEval(aJob()), { now: NOW });
    expect(plan.newAllocs[0]?.Metrics?.NodesEvaluated).toBe(3000);
  });

  test('an evaluation that cannot be planned is told, and leaves nothing', async () => {
    const worker = await start([node(aNode())]);
    const broken = { ...aJob({ ID: 'broken' }), TaskGroups: [{ ...aJob().TaskGroups![0]!, Spreads: [null] }] };
    worker.feed({ index: index + 2, changes: [change('jobs', 'default/broken', broken), registered()] });
    await expect(worker.plan(anEval({ ...aJob(), ID: 'broken' }), { now: NOW })).rejects.toThrow(PlanFailedError);
    expect((await worker.plan(anEval(aJob()), { now: NOW })).newAllocs).toHaveLength(1);
  });

  test('a dead worker is told to those who wait, and to those who come', async () => {
    const dying = join(dir, 'dying.mjs');
    writeFileSync(
      dying,
      `import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => { throw new Error('boom'); });`,
    );
    const worker = await startScheduler({ entry: dying, snapshot: { index: 0, changes: [] } });
    await expect(worker.plan(anEval(aJob()), { now: NOW })).rejects.toThrow(/boom/);
    expect((await worker.ended)?.message).toBe('boom');
    await expect(worker.plan(anEval(aJob()), { now: NOW })).rejects.toThrow(SchedulerStoppedError);
    worker.feed({ index: 1, changes: [] });
    await worker.stop();
  });

  test('stops, twice', async () => {
    const worker = await start();
    const waiting = worker.plan(anEval(aJob()), { now: NOW, minIndex: index + 100 });
    const rejected = expect(waiting).rejects.toThrow(SchedulerStoppedError);
    await worker.stop();
    await worker.stop();
    await rejected;
    expect(await worker.ended).toBeUndefined();
  });
});
