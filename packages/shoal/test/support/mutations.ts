/** SHOAL_SEED repeats a run; SHOAL_RUNS makes it shorter. */
export const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 2 ** 31);
export const runs = Number(process.env['SHOAL_RUNS'] ?? 1_000_000);

/** Processor time that a single input of a few kilobytes may take: others on the machine do not count. */
const LONGEST_MS = 3_000;
/** What the whole process may hold, however many inputs it has seen. */
const LARGEST_BYTES = 2 * 1024 ** 3;
/** Mutants of mutants grow without end otherwise. */
const LONGEST_TEXT = 20_000;

/** Mulberry32: small, and the same everywhere. */
function random(from: number): () => number {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Cuts texts of a corpus up, puts pieces of the language and of each other into them, and gives them to `work`, which must not throw, must be done soon,
 * and must not keep memory. What fails is told with the seed and the text.
 */
export async function survive(
  corpus: readonly string[],
  pieces: readonly string[],
  work: (source: string, run: number) => unknown,
): Promise<void> {
  const next = random(seed);
  for (let run = 0; run < runs; run++) {
    const source = mutated(next, corpus, pieces);
    const started = process.cpuUsage();
    try {
      await work(source, run);
    } catch (cause) {
      throw new Error(`seed ${seed}, run ${run}: ${JSON.stringify(source)}`, { cause });
    }
    const { user, system } = process.cpuUsage(started);
    const took = (user + system) / 1_000;
    if (took > LONGEST_MS) throw new Error(`seed ${seed}, run ${run}: ${took} ms for ${JSON.stringify(source)}`);
    if (run % 1_000 === 0 && process.memoryUsage.rss() > LARGEST_BYTES)
      throw new Error(`seed ${seed}, run ${run}: ${process.memoryUsage.rss()} bytes are held`);
  }
}

function mutated(next: () => number, corpus: readonly string[], pieces: readonly string[]): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  let text = pick(corpus);
  for (let changes = 1 + Math.floor(next() * 4); changes > 0; changes--) {
    const at = Math.floor(next() * text.length);
    const cut = next() < 0.5 ? 0 : Math.floor(next() * 40);
    const other = pick(corpus);
    const piece =
      next() < 0.6 ? pick(pieces) : other.slice(Math.floor(next() * other.length)).slice(0, Math.floor(next() * 200));
    text = text.slice(0, at) + piece + text.slice(at + cut);
  }
  return text.slice(0, LONGEST_TEXT);
}
