// What tasks write: how much of it a supervisor carries to the log files, and whether all of it arrives, over rotation.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onShoal } from './support/agent.mjs';
import { runTasks } from './support/jobs.mjs';
import { cpuSeconds, processWith } from './support/memory.mjs';
import { until } from './support/shoal.mjs';
import { median } from './support/table.mjs';

/** Lines of so many bytes, each with its number, as fast as `seq` makes them. */
const LINE = 1_000;
const FORMAT = `%0${LINE - 1}.0f`;
const LINES = 600_000;
const MANY = 50;
const FILE_MB = 20;
const TENFOLD = [0.01, 0.1, 1];
const WANTED = 200;
const ROUNDS = 3;

export async function* bench() {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push({ cat: throughCat(), ...(await carry(1, LINES)) });
  const beside = median(rounds.map(({ cat }) => cat));
  const rate = median(rounds.map((round) => round.rate));
  const one = {
    ...rounds.find((round) => round.rate === rate),
    missing: Math.max(...rounds.map(({ missing }) => missing)),
  };
  yield {
    what: `logs of one task, ${mb(LINES).toFixed(0)} MB`,
    ours: `${one.rate.toFixed(0)} MB/s, ${one.cpu.toFixed(1)} ms of the supervisor's CPU per MB; ${one.told}`,
    peer: `\`cat\` to a file ${beside.toFixed(0)} MB/s`,
    ratio: `${(one.rate / beside).toFixed(2)} ×`,
    target: `${WANTED} MB/s without loss`,
    met: one.rate >= WANTED && one.missing === 0,
    reason:
      one.missing > 0
        ? 'lines are missing'
        : `\`cat\` in its place, at the same time of day, carries ${beside.toFixed(0)} MB/s`,
    figures: { ours: one, peer: beside, rounds },
  };
  const many = await carry(MANY, LINES / MANY);
  yield {
    what: `logs of ${MANY} tasks at once, ${mb(LINES).toFixed(0)} MB together`,
    ours: `${many.rate.toFixed(0)} MB/s, ${many.cpu.toFixed(1)} ms of the supervisor's CPU per MB; ${many.told}`,
    target: 'without loss',
    met: many.missing === 0,
    reason: 'lines are missing',
    figures: { ours: many },
  };
  const points = [];
  for (const part of TENFOLD) points.push([mb(LINES * part), (await carry(1, LINES * part)).seconds]);
  yield { what: 'logs of one task', of: 'MB', unit: 's', points };
}

/** The same writer into a pipe that `cat` empties into a file. */
function throughCat() {
  const file = join(process.env.TMPDIR ?? '/tmp', `shoal-bench-cat-${process.pid}`);
  const begun = performance.now();
  spawnSync('sh', ['-c', `seq -f ${FORMAT} ${LINES} | cat > ${file}`]);
  const rate = mb(LINES) / ((performance.now() - begun) / 1000);
  rmSync(file, { force: true });
  return rate;
}

/** All tasks begin at once, when a file appears. */
function carry(count, lines) {
  return onShoal((agent) => carryOn(agent, count, lines));
}

async function carryOn(agent, count, lines) {
  const supervisor = processWith('supervisor.js', agent.dir);
  const go = join(agent.dir, 'go');
  const script = `until [ -e ${go} ]; do sleep 0.05; done; seq -f ${FORMAT} ${lines}; exec sleep 3600`;
  const logs = { MaxFiles: Math.ceil(mb(lines) / FILE_MB) + 1, MaxFileSizeMB: FILE_MB };
  await runTasks(agent, 'writers', count, { config: { command: '/bin/sh', args: ['-c', script] }, logs });
  const stems = stemsOf(agent.dir);
  const cpuBefore = cpuSeconds(supervisor);
  const begun = performance.now();
  writeFileSync(go, '');
  const all = count * lines * LINE;
  await until(
    'all of it is in the files',
    () => stems.reduce((sum, stem) => sum + sizeOf(stem), 0) === all,
    120_000,
    10,
  );
  const seconds = (performance.now() - begun) / 1000;
  const cpu = cpuSeconds(supervisor) - cpuBefore;
  const files = stems.flatMap(filesOf).length;
  const missing = stems.reduce((sum, stem) => sum + missingLines(stem, lines), 0);
  const told = `${missing === 0 ? 'every line is there' : `${missing} lines are missing`}, in ${files} files`;
  return { rate: (count * mb(lines)) / seconds, seconds, cpu: (cpu * 1000) / (count * mb(lines)), missing, told };
}

/** The files of each task's stdout, as folder and stem. */
function stemsOf(dir) {
  const root = join(dir, 'alloc');
  return readdirSync(root).map((id) => ({ dir: join(root, id, 'alloc', 'logs'), stem: 't.stdout.' }));
}

/** In the order in which they were written. */
function filesOf({ dir, stem }) {
  const numbers = readdirSync(dir)
    .filter((name) => name.startsWith(stem))
    .map((name) => Number(name.slice(stem.length)));
  return numbers.sort((a, b) => a - b).map((number) => join(dir, `${stem}${number}`));
}

function sizeOf(stem) {
  return filesOf(stem).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** How many of the lines 1 to `count` are not where they belong. A line may begin in one file and end in the next. */
function missingLines(stem, count) {
  const block = Buffer.alloc(LINE * 1_000);
  let held = 0;
  let line = 0;
  let wrong = 0;
  for (const file of filesOf(stem)) {
    const fd = openSync(file, 'r');
    for (let length = 1; length > 0; ) {
      length = readSync(fd, block, held, block.length - held);
      held += length;
      if (held < block.length && length > 0) continue;
      const whole = Math.floor(held / LINE);
      for (let at = 0; at < whole; at += 1) {
        line += 1;
        if (Number(block.toString('latin1', at * LINE, (at + 1) * LINE - 1)) !== line) wrong += 1;
      }
      block.copy(block, 0, whole * LINE, held);
      held -= whole * LINE;
    }
    closeSync(fd);
  }
  return wrong + Math.abs(count - line);
}

function mb(lines) {
  return (lines * LINE) / 1e6;
}
