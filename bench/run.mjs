// npm run bench [-- [-json] [part …]]: measures, and prints the tables that the documentation shows. What falls short says so. See README.md.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ensureBuild, ensureDependencies } from '../scripts/prepare.mjs';
import { exponent, growthHead, growthLine, HEAD, line } from './support/table.mjs';

/** Each is a file here that exports `bench`; so many seconds at most. */
const PARTS = {
  start: 240,
  languages: 240,
  tasks: 600,
  logs: 180,
  small: 120,
  dns: 300,
  http: 360,
  edge: 180,
  scheduler: 420,
  packing: 120,
  million: 420,
  'event-loop': 420,
};
const RUNNER = fileURLToPath(new URL('support/part.mjs', import.meta.url));
const LEAVE_MS = 10_000;

const words = process.argv.slice(2);
const isJson = words.some((word) => /^--?json$/.test(word));
const asked = words.filter((word) => !/^--?json$/.test(word));
const unknown = asked.find((part) => !Object.hasOwn(PARTS, part));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}". Parts: ${Object.keys(PARTS).join(', ')}; -json prints one document.`);
  process.exit(1);
}
ensureDependencies();
ensureBuild();

const machine = {
  processors: cpus().length,
  processor: cpus()[0]?.model.trim() ?? 'unknown processor',
  memoryMB: Math.round(totalmem() / 1024 ** 2),
  node: process.version,
  at: new Date().toISOString(),
};
const say = isJson ? () => undefined : console.log;
say(`${machine.processors} × ${machine.processor}, Node ${machine.node}\n\n${HEAD}`);
const [rows, growth, failures] = [[], [], []];
for (const part of asked.length > 0 ? asked : Object.keys(PARTS)) {
  const failure = await run(part, (row) => {
    if (row.points) growth.push({ part, ...row, exponent: exponent(row.points) });
    else rows.push({ part, ...row });
    if (!row.points) say(line(row));
  });
  if (failure) failures.push({ part, failure });
}
if (growth.length > 0)
  say(`\nHow cost grows with the work (an exponent of 0: not at all, 1: alike)\n\n${growthHead()}`);
for (const row of growth) say(growthLine(row));
if (isJson) console.log(JSON.stringify({ machine, rows, growth, failures }, undefined, 2));
for (const { part, failure } of failures) console.error(`Part ${part} ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** In a process group and a folder of its own, so that everything it started and wrote ends with it, whatever happens. Resolves with what went wrong. */
async function run(part, onRow) {
  const dir = mkdtempSync(join(tmpdir(), 'shoal-bench-'));
  const child = spawn(process.execPath, [RUNNER, part], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: dir },
  });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));
  const interrupted = () =>
    void end(child, ended).then(() => {
      remove(dir);
      process.exit(130);
    });
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void end(child, ended);
  }, PARTS[part] * 1000);
  for await (const text of createInterface({ input: child.stdout })) onRow(JSON.parse(text));
  const status = await ended;
  clearTimeout(timer);
  process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
  signal(child, 'SIGKILL');
  remove(dir);
  if (isLate) return `was ended: it took longer than ${PARTS[part]} s`;
  return status === 0 ? undefined : `failed (${status})`;
}

function remove(dir) {
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
}

/** Agents get a moment to end their own. */
async function end(child, ended) {
  signal(child, 'SIGTERM');
  const timer = setTimeout(() => signal(child, 'SIGKILL'), LEAVE_MS);
  await ended;
  clearTimeout(timer);
}

function signal({ pid }, name) {
  try {
    process.kill(-pid, name);
  } catch {
    // All of the group is gone.
  }
}
