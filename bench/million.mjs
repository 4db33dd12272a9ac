// A million allocations: 1,000 jobs of 1,000 on 5,000 simulated nodes, from registration to the embedded store and the tables; then one more job.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peakOf } from './support/memory.mjs';
import { bundle, run } from './support/own-process.mjs';

const scheduler = fileURLToPath(new URL('../packages/shoal/dist/scheduler-worker.js', import.meta.url));
const TIMEOUT_MS = 300_000;
const JOBS = [10, 100, 1_000];

export async function* bench() {
  const runs = [];
  for (const jobs of JOBS) runs.push(await measure(jobs));
  const { seconds, cpuSeconds, busiestSeconds, before, after, databaseMB, ownMB, pssMB, wrong, placed, wanted } =
    runs.at(-1);
  if (placed !== wanted || wrong > 0)
    throw new Error(`${placed} of ${wanted} are placed, ${wrong} nodes are over-committed`);
  yield {
    what: 'a million allocations on 5,000 nodes, committed to store and tables',
    ours: `${seconds.toFixed(1)} s (CPU ${cpuSeconds.toFixed(1)} s, the busiest thread ${busiestSeconds.toFixed(1)} s)`,
    peer: 'Nomad 5 min on 5 large servers (published)',
    ratio: `${(300 / seconds).toFixed(1)} ×`,
    target: '60 s',
    met: seconds <= 60,
    reason: busiestSeconds < 0.8 * seconds ? 'other programs took part of the processors' : undefined,
    figures: { seconds, cpuSeconds, busiestSeconds },
  };
  yield {
    what: '… memory at most (of it not in mapped files)',
    ours: `${gigabytes(pssMB)} (${gigabytes(ownMB)})`,
    target: '4 GiB',
    met: pssMB <= 4_096,
    figures: { pssMB, ownMB },
  };
  yield { what: '… size of the database', ours: gigabytes(databaseMB), figures: { databaseMB } };
  const ratio = after.ms / before.ms;
  yield {
    what: '… one more job of 1,000 alone, before and after (medians)',
    ours: `${before.ms.toFixed(0)} ms, ${after.ms.toFixed(0)} ms (CPU of all threads ${before.cpuMs.toFixed(0)} ms, ${after.cpuMs.toFixed(0)} ms)`,
    ratio: `${ratio.toFixed(2)} ×`,
    target: '1.5 ×',
    met: ratio <= 1.5,
    reason: `it costs ${(after.cpuMs / before.cpuMs).toFixed(2)} × the CPU; the rest are pauses to collect garbage, which are longer with tables of that size`,
    figures: { before, after },
  };
  yield {
    what: 'allocations, committed to store and tables',
    of: 'allocations',
    unit: 's of CPU',
    points: runs.map((run, at) => [JOBS[at] * 1_000, run.cpuSeconds]),
  };
}

const gigabytes = (mb) => `${(mb / 1024).toFixed(2)} GiB`;

export async function measure(jobs, flags = []) {
  const { file, remove } = await bundle('million.ts');
  const dir = mkdtempSync(join(process.env.SHOAL_BENCH_DIR ?? tmpdir(), 'shoal-bench-million-'));
  let peak;
  try {
    const measured = await run(file, {
      args: [String(jobs), dir, scheduler],
      flags,
      timeoutMs: TIMEOUT_MS,
      watch: ({ pid }) => {
        peak = peakOf(pid);
        return peak.stop;
      },
    });
    return { ...measured, ...peak.megabytes() };
  } finally {
    remove();
    rmSync(dir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  console.log(await measure(Number(process.argv[2] ?? 1000), process.argv.slice(3)));
