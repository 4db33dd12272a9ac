// Preloaded into an agent (`node --import`): measures how long its event loop lets wait, and tells the parent process when it is asked.
//
// A timer is set for every millisecond. One that fires late stands for everything that would have come meanwhile: had the loop been busy for 200 ms,
// what came at its beginning would have waited for 200 ms, what came later for less. So each delay counts once per millisecond, not once.
import { openSync, readSync } from 'node:fs';

const EVERY_MS = 1;
const MOST_MS = 10_000;

const file = openSync('/proc/thread-self/schedstat', 'r');
const text = Buffer.alloc(64);

/** Milliseconds for which this thread was ready and had no processor, since it began: others had it. */
function withoutProcessor() {
  const length = readSync(file, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, length).split(' ')[1]) / 1e6;
}

/** By whole milliseconds: of all delays, and of what is left of them without the time that other processes had the processor. */
let all = new Uint32Array(MOST_MS + 1);
let own = new Uint32Array(MOST_MS + 1);
let expected = performance.now() + EVERY_MS;
let waited = withoutProcessor();

function tick() {
  const now = performance.now();
  const late = now - expected;
  const elsewhere = withoutProcessor() - waited;
  record(all, late);
  record(own, late - elsewhere);
  waited += elsewhere;
  expected = now + EVERY_MS;
  setTimeout(tick, EVERY_MS).unref();
}
setTimeout(tick, EVERY_MS).unref();

function record(counts, late) {
  counts[Math.max(0, Math.min(MOST_MS, Math.floor(late)))] += 1;
  for (let left = late - EVERY_MS; left > 0; left -= EVERY_MS) counts[Math.min(MOST_MS, Math.floor(left))] += 1;
}

process.on('message', (message) => {
  if (message === 'forget') [all, own] = [new Uint32Array(MOST_MS + 1), new Uint32Array(MOST_MS + 1)];
  else if (message === 'tell') process.send({ loopDelay: { ...summary(all), own: summary(own) } });
});
process.channel?.unref();

function summary(counts) {
  return { p50: at(counts, 0.5), p99: at(counts, 0.99), p999: at(counts, 0.999), most: at(counts, 1) };
}

/** The delay in milliseconds below which such a share of them lies. */
function at(counts, share) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (let ms = 0; ms <= MOST_MS; ms += 1) {
    seen += counts[ms];
    if (seen > 0 && seen >= share * total) return ms + 1;
  }
  return MOST_MS;
}
