import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { seeded } from '../support/raw.ts';
import { expectOnlyKilled, type Kill, shownOutcome, startLoadRun } from './edge-load.ts';

/** The load of `edge-load.test.ts` through many changes in an order by chance. SHOAL_SEED repeats a run. */

const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);
const CHANGES = 40;

test(`many changes by chance (seed ${seed})`, { timeout: CHANGES * 30_000 }, async () => {
  console.log(`seed ${seed}`);
  const random = seeded(seed);
  const agent = await testAgent();
  const run = await startLoadRun(agent, seed);
  const kills: Kill[] = [];
  let count = 3;
  let version = 0;
  for (let change = 0; change < CHANGES; change++) {
    const what = random();
    if (what < 0.35) await run.deploy(count, ++version);
    else if (what < 0.6) {
      count = 2 + Math.floor(random() * 3);
      await run.deploy(count, version);
    } else if (what < 0.8) await run.stopOne();
    else kills.push(await run.killOne());
  }
  const outcome = await run.finish();
  console.log(`${CHANGES} changes, ${kills.length} of them kill -9\n${shownOutcome(outcome)}`);
  expectOnlyKilled(outcome, kills);
  expect(outcome.notes.reduce((sum, { late }) => sum + late, 0)).toBe(0);
});
