import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Job } from '@shoal/api';
import { expect, test } from 'vitest';
import { type TestAgent, testAgent } from '../support/agent.ts';
import { processesWith } from '../support/processes.ts';
import { seeded } from '../support/raw.ts';
import { until } from '../support/until.ts';

/** kill -9 of the agent while jobs are registered, again and again. SHOAL_SEED repeats a run. */

const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 6;
const JOBS = 200;
const AT_ONCE = 10;
const SETTLED_MS = 120_000;

test(`what was answered is there after kill -9, and runs once (seed ${seed})`, {
  timeout: ROUNDS * 180_000,
}, async () => {
  console.log(`seed ${seed}`);
  const random = seeded(seed);
  const agent = await testAgent();
  for (let round = 0; round < ROUNDS; round++) {
    const answered = new Set<string>();
    const registering = registerAll(agent, round, answered);
    await delay(random() * 3_000);
    await agent.end('SIGKILL');
    await registering;
    console.log(`round ${round}: ${answered.size} of ${JOBS} were answered`);
    await agent.start();
    await check(agent, answered);
    await clear(agent);
  }
});

/** Registers one job after the other on each of a few connections, until the agent is gone. */
async function registerAll(agent: TestAgent, round: number, answered: Set<string>): Promise<void> {
  let next = 0;
  const register = async () => {
    while (next < JOBS) {
      const id = `job-${round}-${next++}`;
      try {
        await agent.nomad.jobs.register(job(id));
        answered.add(id);
      } catch {
        // The agent was killed before it answered: the job may be there or not.
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, register));
}

function job(id: string) {
  const script = 'echo $$ >> "$NOMAD_ALLOC_DIR/starts"; exec sleep 100000';
  const task = {
    Name: 't',
    Driver: 'raw_exec',
    Config: { command: '/bin/sh', args: ['-c', script] },
    Resources: { CPU: 10, MemoryMB: 10 },
    LogConfig: { MaxFiles: 1, MaxFileSizeMB: 1 },
  };
  const group = { Name: 'g', Count: 1, EphemeralDisk: { SizeMB: 10 }, Tasks: [task] };
  return { ID: id, Name: id, Type: 'service', Datacenters: ['dc1'], Meta: { id }, TaskGroups: [group] };
}

/** All answered jobs are there and whole, and of each job that is there one allocation runs, which was started once. */
async function check(agent: TestAgent, answered: ReadonlySet<string>): Promise<void> {
  const ids = (await agent.nomad.jobs.list()).value.map(({ ID }) => ID);
  expect([...answered].filter((id) => !ids.includes(id))).toEqual([]);
  await until('all jobs run', async () => (await running(agent)).length >= ids.length, SETTLED_MS);
  const allocs = await running(agent);
  expect(allocs.map(({ JobID }) => JobID).sort()).toEqual(ids.sort());
  for (const id of ids) expect(shown((await agent.nomad.jobs.read(id)).value)).toEqual([id, { id }, 'g', 1, 't']);
  const all = (await agent.nomad.allocations.list()).value.filter(({ JobID }) => ids.includes(JobID));
  expect(all.map(({ JobID }) => JobID).sort(), 'no job has a second allocation').toEqual(ids);
  for (const { ID } of allocs) {
    const [pid] = await until('its process runs', () => processesWith('NOMAD_ALLOC_ID', ID));
    expect(processesWith('NOMAD_ALLOC_ID', ID), ID).toEqual([pid]);
    expect(readFileSync(join(agent.dataDir, 'alloc', ID, 'alloc/starts'), 'utf8'), ID).toBe(`${pid}\n`);
  }
}

function shown(found: Job | undefined) {
  const [group] = found?.TaskGroups ?? [];
  return [found?.ID, found?.Meta, group?.Name, group?.Count, group?.Tasks?.[0]?.Name];
}

async function running(agent: TestAgent) {
  return (await agent.nomad.allocations.list()).value.filter(({ ClientStatus }) => ClientStatus === 'running');
}

/** For the next round: nothing is left of this one. */
async function clear(agent: TestAgent): Promise<void> {
  const jobs = (await agent.nomad.jobs.list()).value;
  for (const { ID } of jobs) await agent.nomad.jobs.deregister(ID, { purge: true });
  await until('all have ended', async () => (await running(agent)).length === 0, SETTLED_MS);
  await until('the jobs are gone', async () => (await agent.nomad.jobs.list()).value.length === 0);
}
