import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testAgent } from '../support/agent.ts';
import { allocOf, jobFile, readAlloc, readLogs } from '../support/jobs.ts';
import { commandOf, rssBytes } from '../support/processes.ts';
import { until } from '../support/until.ts';

const MEGABYTE = 1024 * 1024;

test('a task that writes 1 GB of logs fills no disk, no memory, and holds up nobody', {
  timeout: 300_000,
}, async () => {
  const agent = await testAgent();
  await agent.run(jobFile('ticks', ['/bin/sh', '-c', 'while :; do date +%s; sleep 0.2; done']));
  const ticking = await allocOf(agent, 'ticks', ({ ClientStatus }) => ClientStatus === 'running');
  const script = 'yes 0123456789012345678901234567890123456789012345678 | head -c 1000000000; echo; echo done';
  const logs = 'logs {\n max_files = 5\n max_file_size = 10\n }';
  await agent.run(jobFile('flood', ['/bin/sh', '-c', script], { type: 'batch', task: logs }));
  const { ID } = await allocOf(agent, 'flood', ({ ClientStatus }) => ClientStatus === 'running');

  const [supervisor = 0] = agent.processes().filter((pid) => commandOf(pid).includes('supervisor.js'));
  const most = { bytes: 0, waitMs: 0, rss: 0 };
  await until(
    'it has written all',
    async () => {
      const asked = performance.now();
      const { ClientStatus } = await readAlloc(agent, ID);
      most.waitMs = Math.max(most.waitMs, performance.now() - asked);
      most.bytes = Math.max(most.bytes, await logBytes(join(agent.dataDir, 'alloc', ID, 'alloc/logs')));
      most.rss = Math.max(most.rss, rssBytes(supervisor));
      return ClientStatus === 'complete';
    },
    240_000,
  );
  console.log(JSON.stringify(most));
  expect(most.bytes).toBeLessThanOrEqual(6 * 10 * MEGABYTE);
  expect(most.rss).toBeLessThan(120 * MEGABYTE);
  expect(most.waitMs).toBeLessThan(2_000);
  expect((await readLogs(agent, ID)).slice(-6)).toBe('\ndone\n');
  const seconds = [...new Set((await readLogs(agent, ticking.ID)).trim().split('\n').map(Number))];
  expect(Math.max(...seconds.slice(1).map((second, index) => second - (seconds[index] ?? 0)))).toBeLessThanOrEqual(3);
});

async function logBytes(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('t.stdout.'));
  // One that is removed between two looks takes no room any more.
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
