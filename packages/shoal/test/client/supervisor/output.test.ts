import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { until } from '../../support/until.ts';
import { aNode, aTask, never } from './harness.ts';

const MB = 1024 * 1024;
const memoryOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;

it('100 MB of output are written without loss, in bounded memory', async () => {
  const node = await aNode();
  const supervisor = await node.connect();
  const before = memoryOf(supervisor.pid());
  const task = aTask(node, 'yes 0123456789012345678901234567890123456789012345678 | head -c 104857600', {
    maxFiles: 20,
  });
  await supervisor.start(task);
  await supervisor.wait(task.id, never);
  const files = readdirSync(node.logDir).filter((name) => name.startsWith('t.stdout.'));
  expect(files.reduce((sum, name) => sum + statSync(join(node.logDir, name)).size, 0)).toBe(100 * MB);
  expect(memoryOf(supervisor.pid()) - before).toBeLessThan(20 * MB);
});

it('old output makes room for new', async () => {
  const node = await aNode();
  const supervisor = await node.connect();
  const task = aTask(node, 'seq 1 200000', { maxFiles: 2, maxFileSizeBytes: 200_000 });
  await supervisor.start(task);
  await supervisor.wait(task.id, never);
  const files = readdirSync(node.logDir).filter((name) => name.startsWith('t.stdout.'));
  const text = files.sort().map((name) => readFileSync(join(node.logDir, name), 'utf8'));
  const numbers = text.join('').trimEnd().split('\n').map(Number);
  expect(files).toHaveLength(2);
  expect(numbers.at(-1)).toBe(200_000);
  expect(numbers.slice(1).every((number, index) => number === (numbers[index] ?? 0) + 1)).toBe(true);
});

it('fifty tasks that write at the same time do not wait for one another', async () => {
  const node = await aNode();
  const supervisor = await node.connect();
  const tasks = Array.from({ length: 50 }, (_, index) =>
    aTask(node, 'echo started; exec sleep 600', { task: `t${index}` }),
  );
  await Promise.all(tasks.map((task) => supervisor.start(task)));
  const started = (name: string): boolean =>
    readFileSync(join(node.logDir, `${name}.stdout.0`), 'utf8') === 'started\n';
  await until('all have written', () => tasks.every(({ task }) => started(task)));
  // All fifty pipes are being read now; the thread pool, four threads, must be free for a record.
  const last = aTask(node, 'echo done', { task: 'last' });
  await supervisor.start(last);
  await supervisor.wait(last.id, never);
  expect(readFileSync(join(node.logDir, 'last.stdout.0'), 'utf8')).toBe('done\n');
  await Promise.all(tasks.map(({ id }) => supervisor.stop({ id, signal: 'SIGINT', timeoutMs: 5000 })));
});

it('a task whose pipe has lost its name is taken over with its output', async () => {
  const node = await aNode();
  const supervisor = await node.connect();
  const task = aTask(node, 'rm .t.stdout.fifo; i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done');
  await supervisor.start(task);
  const text = (): string => readFileSync(join(node.logDir, 't.stdout.0'), 'utf8');
  await until('the first lines', () => text().includes('5\n'));
  const old = supervisor.pid();
  process.kill(old, 'SIGKILL');
  await until('another supervisor', () => supervisor.pid() !== old);
  const length = text().length;
  await until('more lines', () => text().length > length + 20);
  const lines = text().trimEnd().split('\n');
  expect(lines).toEqual(lines.map((_, index) => String(index + 1)));
});

it('output that nobody wants is kept nowhere, also not by a supervisor that takes the task over', async () => {
  const node = await aNode();
  const supervisor = await node.connect();
  const task = aTask(node, 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); echo $i; done; sleep 1; echo end >&2', {
    discard: true,
  });
  await supervisor.start(task);
  process.kill(supervisor.pid(), 'SIGKILL');
  const next = await node.connect();
  await next.wait(task.id, never);
  expect(readdirSync(node.logDir)).toEqual([]);
  expect(node.log.filter((line) => line.includes('taken over'))).toEqual([]);
});
