import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Supervisor } from '../../../src/client/supervisor/client.ts';
import { readEnviron, readProcessTable } from '../../../src/client/supervisor/proc.ts';
import { until } from '../../support/until.ts';
import { aNode, aTask, never } from './harness.ts';

const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);

/** mulberry32 */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it(`tasks outlive agents and supervisors that are killed at any moment (SHOAL_SEED=${seed})`, async () => {
  const random = randomFrom(seed);
  const node = await aNode();
  let supervisor: Supervisor = await node.connect();
  const tasks = Array.from({ length: 30 }, (_, index) => {
    const seconds = (0.1 + random() * 6).toFixed(2);
    const code = Math.floor(random() * 200);
    const script = `(setsid nohup sleep 600 >/dev/null 2>&1 &); echo begin; sleep ${seconds}; echo end; exit ${code}`;
    return { code, request: aTask(node, script, { task: `t${index}` }) };
  });
  const starting = tasks.map(async ({ request }) => {
    await new Promise((resolve) => setTimeout(resolve, random() * 4000));
    return until(request.id, () => supervisor.start(request), 60_000);
  });
  const faults = (async () => {
    for (let round = 0; round < 12; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, random() * 600));
      const victim = supervisor.pid();
      if (random() < 0.5) process.kill(victim, 'SIGKILL');
      if (random() < 0.5) {
        supervisor.close();
        supervisor = await node.connect();
      }
      await until('a supervisor answers', async () => (await supervisor.list()) && supervisor.pid() > 0);
    }
  })();
  await Promise.all([...starting, faults]);
  for (const { code, request } of tasks) {
    const exit = await supervisor.wait(request.id, never);
    // The end is known with its code and all output, or it is said that nobody saw it (then the last words may be lost with the pipe).
    const output = readFileSync(join(node.logDir, `${request.task}.stdout.0`), 'utf8');
    if (exit.kind === 'exited')
      expect([exit.exitCode, exit.signal, output]).toEqual([code, 0, expect.stringMatching(/begin\nend\n$/)]);
    else expect(output).toContain('begin\n');
  }
  const ids = tasks.map(({ request }) => request.allocId);
  const left = readProcessTable().filter((row) =>
    ids.some((id) => readEnviron(row.pid).includes(`NOMAD_ALLOC_ID=${id}`)),
  );
  expect(left).toEqual([]);
}, 120_000);
