import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { jobFile, readLogs } from '../support/jobs.ts';
import { commandOf, processesWith } from '../support/processes.ts';
import { until } from '../support/until.ts';

/** kill -9 of the agent, of its supervisor, and of both, under 50 tasks that count. In order: each step goes on from the one before. */

const TASKS = 50;

let agent: TestAgent;
let ids: string[];

beforeAll(async () => {
  agent = await prepareAgent();
  await agent.start();
  const count = 'n=0; while :; do n=$((n+1)); echo $n; sleep 1; done';
  const small = 'resources {\n cpu = 10\n memory = 10\n }\n logs {\n max_files = 1\n max_file_size = 1\n }';
  const source = jobFile('counting', ['/bin/sh', '-c', count], {
    task: small,
    more: 'ephemeral_disk {\n size = 10\n }',
  });
  await agent.run(source.replace('group "g" {', `group "g" {\n    count = ${TASKS}`));
  await until('all run', async () => (await running()).length === TASKS, 30_000);
  ids = (await running()).map(({ ID }) => ID);
});

afterAll(() => agent?.dispose());

describe('fifty tasks', { timeout: 120_000 }, () => {
  test('are taken up by the next agent after kill -9 of the agent', async () => {
    const before = pids();
    await agent.end('SIGKILL');
    const begun = performance.now();
    await agent.start();
    const ready = performance.now();
    await allInHand();
    const [start, rest] = [ready - begun, performance.now() - ready].map(Math.round);
    console.log(
      `the agent is ready ${start} ms after the start of its program, ${TASKS} tasks are in hand ${rest} ms later`,
    );
    expect(pids()).toEqual(before);
    await expectCounting();
  });

  test('go on without their supervisor, and are adopted by another', async () => {
    const before = pids();
    const old = supervisor();
    process.kill(old, 'SIGKILL');
    const begun = performance.now();
    await until('there is another', () => supervisor() > 0 && supervisor() !== old);
    await allInHand();
    console.log(`${TASKS} tasks adopted ${Math.round(performance.now() - begun)} ms after the end of the supervisor`);
    expect(pids()).toEqual(before);
    await expectCounting();
  });

  test('go on without both', async () => {
    const before = pids();
    const old = supervisor();
    process.kill(old, 'SIGKILL');
    await agent.end('SIGKILL');
    await agent.start();
    await until('there is another supervisor', () => supervisor() > 0 && supervisor() !== old);
    await allInHand();
    expect(pids()).toEqual(before);
    await expectCounting();
  });
});

async function running() {
  return (await agent.nomad.jobs.allocations('counting')).value.filter(
    ({ ClientStatus }) => ClientStatus === 'running',
  );
}

/** The first process of each task. */
function pids(): (number | undefined)[] {
  return ids.map((id) => processesWith('NOMAD_ALLOC_ID', id).find((pid) => commandOf(pid).includes('n=$((n+1))')));
}

function supervisor(): number {
  return agent.processes().find((pid) => commandOf(pid).includes('supervisor.js')) ?? 0;
}

/** The agent knows each task's processes. */
async function allInHand(): Promise<void> {
  await until(
    'the agent has all of them',
    async () => {
      const stats = await Promise.all(ids.map((id) => agent.nomad.allocations.stats(id)));
      return stats.every(({ Tasks }) => (Tasks?.['t']?.ResourceUsage.MemoryStats.RSS ?? 0) > 0);
    },
    30_000,
  );
}

/** Nobody was started again, and what they wrote has no gap. */
async function expectCounting(): Promise<void> {
  for (const id of ids) {
    const lines = (await readLogs(agent, id)).trim().split('\n').map(Number);
    expect(lines, id).toEqual(lines.map((_, at) => at + 1));
  }
  const restarts = (await running()).map(({ TaskStates }) => TaskStates?.['t']?.Restarts);
  expect(restarts).toEqual(ids.map(() => 0));
}
