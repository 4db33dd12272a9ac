import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { expectOnlyKilled, type Kill, shownOutcome, startLoadRun } from './edge-load.ts';

/** 1,000 requests per second on 64 connections, a fifth of them POSTs that nobody repeats, a stream and a WebSocket, while instances come and go. */

test('while versions roll, counts change and instances are stopped no request fails; kill -9 costs only what ran there', {
  timeout: 90_000,
}, async () => {
  const agent = await testAgent();
  const run = await startLoadRun(agent, 1);
  await run.deploy(3, 1);
  await run.deploy(2, 1);
  await run.stopOne();
  const kills: Kill[] = [await run.killOne()];
  const outcome = await run.finish();
  console.log(shownOutcome(outcome));
  expectOnlyKilled(outcome, kills);
  expect(outcome.report.instances.size).toBeGreaterThan(4);
  expect(outcome.notes.reduce((sum, { late }) => sum + late, 0)).toBe(0);
});
