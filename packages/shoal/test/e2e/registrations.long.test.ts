import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type TestAgent, testAgent } from '../support/agent.ts';
import { seeded } from '../support/raw.ts';
import { until } from '../support/until.ts';

/** kill -9 of the server in the middle of many registrations. SHOAL_SEED repeats a run. */

const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 20;
const JOBS = 2_000;
const AT_ONCE = 16;
/** About as long as all registrations of a round take. */
const ROUND_MS = 4_000;

test(`each of ${JOBS} registrations that was answered is there, whole, after kill -9, ${ROUNDS} times (seed ${seed})`, {
  timeout: ROUNDS * 60_000,
}, async () => {
  const random = seeded(seed);
  const agent = await testAgent();
  let answeredInAll = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const answered = new Map<string, string>();
    const registering = registerAll(agent, round, answered);
    await delay(random() * ROUND_MS);
    await agent.end('SIGKILL');
    await registering;
    await agent.start();
    await check(agent, answered);
    answeredInAll += answered.size;
  }
  console.log(`seed ${seed}: ${answeredInAll} registrations were answered, all are there`);
  expect(answeredInAll).toBeGreaterThan(ROUNDS);
});

/** Evaluation ids of what was answered, by job. */
async function registerAll(agent: TestAgent, round: number, answered: Map<string, string>): Promise<void> {
  let next = 0;
  const register = async () => {
    while (next < JOBS) {
      const id = `job-${round}-${next++}`;
      try {
        const { EvalID } = await agent.nomad.jobs.register(job(id));
        answered.set(id, EvalID);
      } catch {
        // The server was killed before it answered: the job may be there or not.
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, register));
}

/** A job that asks for nothing to be placed: what is looked at is the registration. */
function job(id: string) {
  const task = { Name: 't', Driver: 'raw_exec', Config: { command: '/bin/true' }, Meta: { of: id } };
  const group = { Name: 'g', Count: 0, Tasks: [task] };
  return { ID: id, Name: id, Type: 'service', Datacenters: ['dc1'], Meta: { id }, TaskGroups: [group] };
}

/** The job with all of its parts, its version, and its evaluation, which comes to its end. */
async function check(agent: TestAgent, answered: ReadonlyMap<string, string>): Promise<void> {
  const stubs = (await agent.nomad.jobs.list()).value.map(({ ID }) => ID);
  expect([...answered.keys()].filter((id) => !stubs.includes(id))).toEqual([]);
  const entries = [...answered];
  for (let at = 0; at < entries.length; at += 50)
    await Promise.all(
      entries.slice(at, at + 50).map(async ([id, evaluation]) => {
        const { value } = await agent.nomad.jobs.read(id);
        const [group] = value?.TaskGroups ?? [];
        expect([value?.Meta, value?.Version, group?.Name, group?.Tasks?.[0]?.Meta]).toEqual([
          { id },
          0,
          'g',
          { of: id },
        ]);
        await until(`the evaluation of ${id} is complete`, async () => {
          const found = await fetch(`${agent.nomadUrl}/v1/evaluation/${evaluation}`);
          return ((await found.json()) as { Status: string }).Status === 'complete';
        });
      }),
    );
}
